#include "apply/remote_part.h"

#include "catalog/shard_grants.h"
#include "catalog/sharded_tables.h"
#include "core/grants.h"
#include "remote/team.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{5};

class OnShard {
 public:
  OnShard(const RemotePart& part, Oid parent, Oid owner)
      : part_(part), parent_(parent), owner_(owner), team_({part.shard}, owner, remote::in(kPatience)) {}

  std::string make() {
    const Mark mark = catalog::own_mark();
    const QualifiedName name = catalog::read_owner(parent_).name;
    std::vector<Sql> work;
    if (!exists(name)) {
      if (!has_schema(name)) work.push_back(remote_schema_statement(name.schema));
      append(work, part_.if_parent_is_missing);
      finish(work, name, mark);
    }
    append(work, part_.sql);
    finish(work, part_.table, mark);
    run(work);
    return "on shard " + part_.shard;
  }

  // What somebody else has made under this name is not ours to drop.
  std::string drop() {
    if (!exists(part_.table)) return "it was gone from shard " + part_.shard;
    if (!is_ours()) return "the table on shard " + part_.shard + " was left: pgscale has not made it";
    run(part_.sql);
    return "with its table on shard " + part_.shard;
  }

 private:
  static void append(std::vector<Sql>& statements, const std::vector<Sql>& more) {
    statements.insert(statements.end(), more.begin(), more.end());
  }

  void finish(std::vector<Sql>& work, const QualifiedName& table, const Mark& mark) const {
    work.push_back(mark_statement(table, mark));
    const auto grants = catalog::grants_on_shards(parent_, owner_);
    const auto found = grants.find(part_.shard);
    if (found != grants.end()) append(work, grant_statements(found->second, table));
  }

  [[nodiscard]] pg::Value ask(const Sql& question) {
    return team_.ask(question).at(part_.shard).rows.front()[0];
  }

  static Sql as_literal(const QualifiedName& table) {
    Sql name("");
    name << table;
    Sql literal("");
    literal << Literal{name.text()};
    return literal;
  }

  [[nodiscard]] bool exists(const QualifiedName& table) {
    Sql question("SELECT pg_catalog.to_regclass(");
    question << as_literal(table) << ")";
    return ask(question).has_value();
  }

  [[nodiscard]] bool has_schema(const QualifiedName& table) {
    Sql question("SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(");
    question << Literal{table.schema.name()} << "))";
    return ask(question).has_value();
  }

  [[nodiscard]] bool is_ours() {
    Sql question("SELECT pg_catalog.obj_description(");
    question << as_literal(part_.table) << "::pg_catalog.regclass, 'pg_class')";
    const auto words = ask(question);
    return words && parse_mark(*words);
  }

  void run(const std::vector<Sql>& work) {
    team_.begin();
    team_.run({{part_.shard, work}});
    team_.commit();
  }

  const RemotePart& part_;
  Oid parent_;
  Oid owner_;
  remote::Team team_;
};

}  // namespace

std::string carry_out_on_shard(const RemotePart& part, Oid parent, Oid owner) {
  if (!part.placement) return OnShard(part, parent, owner).drop();
  catalog::insert_placement(parent, *part.placement);
  return OnShard(part, parent, owner).make();
}

}  // namespace pgscale::apply
