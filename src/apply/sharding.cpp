#include "apply/sharding.h"

#include <algorithm>
#include <set>

#include "apply/strong_locks.h"
#include "catalog/adoptee.h"
#include "catalog/adoptions.h"
#include "catalog/parents.h"
#include "catalog/policies.h"
#include "catalog/shard_grants.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "core/grants.h"
#include "core/sharding_conversion.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "pg/unguarded_writes.h"
#include "remote/team.h"

namespace pgscale::apply {
namespace {

using catalog::ShardedRow;
using Work = std::map<std::string, std::vector<Sql>>;

constexpr std::chrono::minutes kPatience{1};

std::string partition_key(Method method, const std::string& column) {
  Sql sql("");
  switch (method) {
    case Method::kRange: sql << "RANGE ("; break;
    case Method::kList: sql << "LIST ("; break;
    case Method::kHash: sql << "HASH ("; break;
  }
  sql << Identifier(column) << ")";
  return sql.text();
}

class Sharding {
 public:
  explicit Sharding(const ShardingRequest& request)
      : request_(request),
        table_(catalog::read_owner(request.relation)),
        facts_(catalog::read_whole(request.relation, table_.name)),
        shape_(catalog::read_sharded_table(request.relation)),
        mark_(catalog::own_mark()) {}

  ShardedRow run() {
    check();
    ShardedRow row{request_.relation, request_.kind, request_.method,
                   {request_.key},    std::nullopt,  choose_placements()};
    if (request_.beside) row.colocation = catalog::require_sharded(*request_.beside).colocation;
    placements_ = row.placements;
    if (!table_.is_partitioned) shape_.partition_key = partition_key(request_.method, request_.key);
    lock();
    make_on_shards();
    row.relation = table_.is_partitioned ? attach_to_parent() : convert();
    catalog::insert_sharded(row, shape_);
    return row;
  }

 private:
  void check() const {
    const std::string& name = table_.name.name.name();
    if (catalog::find_sharded(request_.relation)) {
      throw Failure(Problem::kDuplicateObject, "table \"" + name + "\" is on shards already");
    }
    if (catalog::load_policy(request_.relation)) {
      throw Failure(Problem::kNotSupported,
                    "table \"" + name + "\" is a partition set managed by pgscale", {},
                    "Use pgscale.forget_parent() first; its partitions must be gone.");
    }
    if (!catalog::has_column(request_.relation, request_.key)) {
      throw Failure(Problem::kUndefinedColumn,
                    "column \"" + request_.key + "\" of relation \"" + name + "\" does not exist");
    }
    if (request_.method == Method::kHash) refuse_enum();
    refuse_unshardable(as_unpartitioned(), {request_.key});
    if (table_.is_partitioned) check_parent();
  }

  // The shards would not take most of the rows.
  void refuse_enum() const {
    const auto found = catalog::enum_in(request_.relation, request_.key);
    if (!found) return;
    throw Failure(
        Problem::kNotSupported,
        "column \"" + request_.key + "\" cannot be the key of partitions by hash on shards",
        "The hash of a value of enum " + *found + " is another one on each server.",
        "Use method 'list', or another column.");
  }

  // The children of a partitioned table are looked at by themselves.
  [[nodiscard]] Adoptee as_unpartitioned() const {
    Adoptee facts = facts_;
    if (table_.is_partitioned) facts.has_relatives = false;
    return facts;
  }

  void check_parent() const {
    const std::string& name = table_.name.name.name();
    if (facts_.has_relatives) {
      throw Failure(Problem::kNotSupported, "table \"" + name + "\" has partitions already", {},
                    "Only an empty partitioned table or a plain one can be put on shards.");
    }
    if (shape_.partition_key != partition_key_text()) {
      throw Failure(Problem::kInvalidParameter, "table \"" + name + "\" is partitioned by " +
                                                    shape_.partition_key + ", not by " +
                                                    partition_key_text());
    }
  }

  [[nodiscard]] std::string partition_key_text() const {
    return *pg::query(
                Sql("SELECT pg_catalog.upper($1) || ' (' || pg_catalog.quote_ident($2) || ')'"),
                {text(request_.method), request_.key})
                .front()[0];
  }

  [[nodiscard]] std::vector<Placement> choose_placements() const {
    if (request_.beside) return placements_beside(catalog::require_sharded(*request_.beside));
    PlacementRequest wanted{
        table_.name.name.name(), request_.method, request_.partitions, request_.bounds,
        shards_for_tables(catalog::load_registry().shards, catalog::chosen_shards(request_.shards),
                          request_.shards.has_value())};
    std::vector<Placement> placements = place(wanted);
    if (request_.kind == catalog::ShardedKind::kGeo) bind_to_regions(placements, wanted.shards);
    return placements;
  }

  [[nodiscard]] std::vector<Placement> placements_beside(const ShardedRow& other) const {
    if (other.method != request_.method) {
      throw Failure(Problem::kInvalidParameter,
                    "the tables are not partitioned by the same method");
    }
    if (!catalog::keys_agree(request_.relation, request_.key, other.relation, other.key.front())) {
      throw Failure(Problem::kInvalidParameter, "the keys of the tables are not of the same type",
                    "Rows with the same key must come to be in partitions with the same bounds.");
    }
    return place_beside(table_.name.name.name(), request_.method, other.placements);
  }

  // From here on nobody changes its rows; the wait for that is bounded.
  void lock() const {
    keep_vacuum_away(request_.relation);
    const pg::LockTimeout limit(pg::lock_timeout());
    lock_exclusively(request_.relation, limit);
  }

  [[nodiscard]] std::vector<std::string> shards() const {
    std::set<std::string> names;
    for (const Placement& placement : placements_) names.insert(placement.shard);
    return {names.begin(), names.end()};
  }

  void make_on_shards() const {
    remote::Team team(shards(), table_.owner, remote::in(kPatience));
    refuse_taken_names(team);
    const auto grants = catalog::grants_on_shards(request_.relation, table_.owner);
    Work work;
    for (const std::string& shard : shards()) {
      if (!team.has(shard, table_.name.schema)) {
        work[shard].push_back(remote_schema_statement(table_.name.schema));
      }
      append(work[shard], remote_table_statements(shape_));
      work[shard].push_back(mark_statement(table_.name, mark_));
      append_grants(work[shard], grants, shard, table_.name);
    }
    for (const Placement& placement : placements_) {
      const QualifiedName leaf{table_.name.schema, Identifier(placement.leaf)};
      append(work[placement.shard], remote_leaf_statements(shape_, placement));
      work[placement.shard].push_back(mark_statement(leaf, mark_));
      append_grants(work[placement.shard], grants, placement.shard, leaf);
    }
    team.begin();
    team.run(work);
    team.commit();
  }

  void refuse_taken_names(remote::Team& team) const {
    for (const std::string& shard : shards()) {
      if (!team.has(shard, table_.name)) continue;
      throw Failure(Problem::kDuplicateTable,
                    "table " + readable(table_.name) + " already exists on shard \"" + shard + "\"",
                    "pgscale makes it there, and takes over none that somebody else has made.",
                    "Rename or drop it. If an attempt before this one was interrupted, use CALL "
                    "pgscale.sync_shards().");
    }
  }

  static void append(std::vector<Sql>& statements, const std::vector<Sql>& more) {
    statements.insert(statements.end(), more.begin(), more.end());
  }

  static void append_grants(std::vector<Sql>& statements, const catalog::ShardGrants& grants,
                            const std::string& shard, const QualifiedName& table) {
    const auto found = grants.find(shard);
    if (found != grants.end()) append(statements, grant_statements(found->second, table));
  }

  void attach_leaves() const {
    for (const Placement& placement : placements_)
      execute(foreign_leaf_statements(shape_, placement));
  }

  // The parent keeps its name and its OID, but a foreign table can be no part of a unique index.
  Oid attach_to_parent() const {
    std::vector<Sql> statements;
    for (const NamedDefinition& key : shape_.unique_keys) {
      Sql sql("ALTER TABLE ");
      sql << table_.name << " DROP CONSTRAINT " << Identifier(key.name);
      statements.push_back(sql);
    }
    for (const NamedDefinition& index : shape_.unique_indexes) {
      Sql sql("DROP INDEX ");
      sql << QualifiedName{table_.name.schema, Identifier(index.name)};
      statements.push_back(sql);
    }
    execute(statements);
    attach_leaves();
    return request_.relation;
  }

  Oid convert() const {
    const Conversion steps = conversion(shape_, facts_);
    const auto positions = identity_positions();
    execute(steps.begin);
    const Oid made = catalog::relation_named(table_.name).value();
    attach_leaves();
    move(steps.move);
    execute(steps.end);
    give_identities(made, positions);
    return made;
  }

  void move(const Sql& statement) const {
    const auto acting = pg::Acting::as_owner(table_.owner);
    const pg::UnguardedWrites unguarded;
    (void)pg::execute(statement);
  }

  [[nodiscard]] std::vector<catalog::SequencePosition> identity_positions() const {
    std::vector<catalog::SequencePosition> positions;
    const auto acting = pg::Acting::as_owner(table_.owner);
    for (const AdopteeSequence& sequence : facts_.sequences) {
      if (sequence.is_identity) positions.push_back(catalog::sequence_position(sequence.name));
    }
    return positions;
  }

  void give_identities(Oid made, const std::vector<catalog::SequencePosition>& positions) const {
    auto position = positions.begin();
    for (const AdopteeSequence& sequence : facts_.sequences) {
      if (!sequence.is_identity) continue;
      const QualifiedName its_own = catalog::identity_sequence(made, sequence.column);
      {
        const auto acting = pg::Acting::as_owner(table_.owner);
        catalog::set_sequence(its_own, *position++);
      }
      Sql rename("ALTER SEQUENCE ");
      rename << its_own << " RENAME TO " << sequence.name.name;
      execute({rename});
    }
  }

  void execute(const std::vector<Sql>& statements) const {
    const auto acting = pg::Acting::as_owner(table_.owner);
    for (const Sql& sql : statements) pg::execute(sql);
  }

  const ShardingRequest& request_;
  catalog::TableOwner table_;
  Adoptee facts_;
  ShardedTable shape_;
  Mark mark_;
  std::vector<Placement> placements_;
};

}  // namespace

ShardedRow put_on_shards(const ShardingRequest& request) { return Sharding(request).run(); }

}  // namespace pgscale::apply
