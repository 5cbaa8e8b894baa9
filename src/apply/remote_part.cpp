#include "apply/remote_part.h"

#include "catalog/shard_grants.h"
#include "catalog/sharded_tables.h"
#include "core/failure.h"
#include "core/grants.h"
#include "core/move_steps.h"
#include "core/statements.h"
#include "pg/call.h"
#include "pg/server.h"
#include "remote/team.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{5};
// Vacuum is waited for, and files are unlinked.
constexpr std::chrono::minutes kDropping{1};

class OnShard {
 public:
  OnShard(const RemotePart& part, Oid parent, Oid owner,
          std::chrono::milliseconds patience = kPatience)
      : part_(part),
        parent_(parent),
        owner_(owner),
        team_({part.shard}, owner, remote::in(patience)) {}

  std::string make() {
    const Mark mark = catalog::own_mark();
    std::vector<Sql> work = make_parent(mark);
    append(work, part_.sql);
    finish(work, part_.table, mark);
    run(work);
    return "on shard " + part_.shard;
  }

  void make_alone() {
    const Mark mark = catalog::own_mark();
    std::vector<Sql> work;
    if (!part_.if_parent_is_missing.empty()) work = make_parent(mark);
    if (exists(part_.table)) {
      require_worthless();
      append(work, drop_on_shard(part_.shard, part_.table).sql);
    } else if (work.empty() && !has_schema(part_.table)) {
      work.push_back(remote_schema_statement(part_.table.schema));
    }
    append(work, part_.sql);
    finish(work, part_.table, mark);
    run(work);
  }

  // What somebody else has made under this name is not ours to drop.
  std::string drop() {
    if (!exists(part_.table)) return "it was gone from shard " + part_.shard;
    if (!is_ours())
      return "the table on shard " + part_.shard + " was left: pgscale has not made it";
    run(part_.sql);
    return "with its table on shard " + part_.shard;
  }

  // With the parent there, if that was the last of its tables; also where somebody has dropped the
  // table already.
  std::string remove() {
    const QualifiedName name = catalog::read_owner(parent_).name;
    const bool is_there = exists(part_.table);
    if (is_there && !is_ours())
      return "the table on shard " + part_.shard + " was left: pgscale has not made it";
    team_.begin();
    if (is_there) {
      keep_vacuum_away(team_, part_.shard, part_.table);
      team_.run({{part_.shard, part_.sql}});
    }
    if (!catalog::is_placed(part_.shard, name) && is_childless(name) && mark_on(name))
      team_.run({{part_.shard, drop_on_shard(part_.shard, name).sql}});
    team_.commit();
    return is_there ? "on shard " + part_.shard : "it was gone from shard " + part_.shard;
  }

 private:
  // Of a parent that was left by an attempt that was rolled back it is said that it is wanted now.
  std::vector<Sql> make_parent(const Mark& mark) {
    const QualifiedName name = catalog::read_owner(parent_).name;
    std::vector<Sql> work;
    if (exists(name)) {
      const auto left = mark_on(name);
      if (left && was_rolled_back(*left)) work.push_back(mark_statement(name, mark));
      return work;
    }
    if (!has_schema(name)) work.push_back(remote_schema_statement(name.schema));
    append(work, part_.if_parent_is_missing);
    finish(work, name, mark);
    return work;
  }

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

  [[nodiscard]] bool exists(const QualifiedName& table) { return team_.has(part_.shard, table); }

  [[nodiscard]] bool has_schema(const QualifiedName& table) {
    return team_.has(part_.shard, table.schema);
  }

  static bool was_rolled_back(const Mark& mark) {
    return catalog::fate_of(mark.coordinator.cluster, mark.transaction) == Fate::kAborted;
  }

  // A table of ours that nobody here knows was left by an attempt that failed: then that was rolled
  // back, or the rows were and the table is empty. Any other may hold what somebody wants.
  void require_worthless() {
    const auto mark = mark_on(part_.table);
    const bool is_left = mark && mark->coordinator == catalog::this_coordinator() &&
                         !catalog::is_placed(part_.shard, part_.table);
    Sql has_rows("SELECT EXISTS (SELECT FROM ");
    has_rows << part_.table << ")";
    if (is_left && (was_rolled_back(*mark) || ask(has_rows) == "f")) return;
    throw Failure(
        Problem::kDuplicateTable,
        "table " + readable(part_.table) + " already exists on shard \"" + part_.shard + "\"",
        "It was not left by an earlier attempt to move the partition.", "Rename or drop it.");
  }

  [[nodiscard]] std::optional<Mark> mark_on(const QualifiedName& table) {
    Sql question("SELECT pg_catalog.obj_description(");
    question << as_literal(table) << "::pg_catalog.regclass, 'pg_class')";
    const auto words = ask(question);
    return words ? parse_mark(*words) : std::nullopt;
  }

  [[nodiscard]] bool is_ours() { return mark_on(part_.table).has_value(); }

  [[nodiscard]] bool is_childless(const QualifiedName& parent) {
    const auto rows = team_.ask(childless_question(parent)).at(part_.shard).rows;
    return !rows.empty() && rows.front()[0] == "t";
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

void make_copy_on_shard(const RemotePart& part, Oid parent, Oid owner) {
  OnShard(part, parent, owner).make_alone();
}

std::string remove_from_shard(const RemotePart& part, Oid parent, Oid owner) {
  return OnShard(part, parent, owner, kDropping).remove();
}

void keep_vacuum_away(remote::Team& team, const std::string& shard, const QualifiedName& table) {
  Sql strong("SET LOCAL lock_timeout = ");
  strong << pg::lock_timeout().count();
  team.run({{shard,
             {Sql("SET LOCAL lock_timeout = '10s'"),
              lock_statement(table, LockMode::kShareUpdateExclusive), strong}}});
}

}  // namespace pgscale::apply
