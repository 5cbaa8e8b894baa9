#include "core/move_steps.h"

#include "core/cold_shard.h"
#include "core/grants.h"
#include "core/naming.h"
#include "core/reference.h"
#include "core/statements.h"

namespace pgscale {
namespace {

QualifiedName name_of(const MovingTable& table, const MovingPartition& partition) {
  return {table.shape.name.schema, Identifier(partition.placement.leaf)};
}

// The partition by itself: the table's columns under its own name.
ShardedTable shape_of(const MovingTable& table, const MovingPartition& partition) {
  ShardedTable shape = table.shape;
  shape.name = name_of(table, partition);
  return shape;
}

QualifiedName copy_of(const MovingTable& table, const MovingPartition& partition,
                      const std::string& target) {
  const ShardedTable shape = shape_of(table, partition);
  return {shape.name.schema, copy_name(shape, target)};
}

// A function for each partition: it belongs to the remote user of the table's owner, and goes with
// the partition.
QualifiedName seal_function(const QualifiedName& leaf) {
  return {leaf.schema, Identifier(partition_name(leaf.name.name(), "{parent}_{bound}",
                                                 Method::kList, kColdSeal))};
}

constexpr char kRefuse[] =
    "BEGIN"
    " RAISE EXCEPTION USING ERRCODE = '55000',"
    " MESSAGE = pg_catalog.format('partition \"%s\" is being moved to a shard', TG_TABLE_NAME),"
    " DETAIL = 'Its rows can be read, but not changed before the move has ended.',"
    " HINT = 'pgscale.plan_shards() shows what is left to be done.';"
    " END";

std::vector<Sql> seal_statements(const QualifiedName& leaf) {
  const QualifiedName function = seal_function(leaf);
  Sql body("CREATE OR REPLACE FUNCTION ");
  body << function << "() RETURNS trigger LANGUAGE plpgsql AS " << Literal{kRefuse};
  std::vector<Sql> statements{body};
  const auto add = [&](const char* name, const char* event, const char* each) {
    Sql create("CREATE OR REPLACE TRIGGER ");
    create << Identifier(name) << " BEFORE " << Definition{event} << " ON " << leaf << " FOR EACH "
           << Definition{each} << " EXECUTE FUNCTION " << function << "()";
    Sql always("ALTER TABLE ");
    always << leaf << " ENABLE ALWAYS TRIGGER " << Identifier(name);
    statements.push_back(create);
    statements.push_back(always);
  };
  add(kColdSeal, "INSERT OR UPDATE OR DELETE", "ROW");
  add(kColdTruncateSeal, "TRUNCATE", "STATEMENT");
  return statements;
}

Sql drop_function(const QualifiedName& leaf) {
  Sql sql("DROP FUNCTION IF EXISTS ");
  sql << seal_function(leaf) << "()";
  return sql;
}

Sql drop_foreign(const QualifiedName& table) {
  Sql sql("DROP FOREIGN TABLE ");
  sql << table;
  return sql;
}

ShardStep step(ShardAction action, const MovingTable& table, const MovingPartition& partition,
               const Move& move, const std::string& reason, std::vector<Sql> here) {
  return {action, move.source, readable(name_of(table, partition)), reason, std::move(here)};
}

Sql as_literal(const QualifiedName& name) {
  Sql plain("");
  plain << name;
  Sql literal("");
  literal << Literal{plain.text()};
  return literal;
}

}  // namespace

CopyParts copy_parts(const MovingTable& table, const MovingPartition& partition,
                     const std::string& target) {
  const ShardedTable shape = shape_of(table, partition);
  const QualifiedName copy = copy_of(table, partition, target);
  CopyParts work{copy,
                 {foreign_table_statement(shape, copy, target, shape.name)},
                 {target,
                  shape.name,
                  remote_table_statements(table.shape),
                  {remote_leaf_statements(table.shape, partition.placement).front()},
                  std::nullopt}};
  for (const Sql& grant : grant_statements(partition.grants, copy)) work.here.push_back(grant);
  work.here.push_back(fill_statement(shape, copy));
  return work;
}

ShardStep seal_step(const MovingTable& table, const MovingPartition& partition, const Move& move,
                    const std::string& reason) {
  ShardStep seal = step(ShardAction::kSeal, table, partition, move, reason, {});
  seal.there[move.source] = seal_statements(name_of(table, partition));
  return seal;
}

ShardStep copy_step(const MovingTable& table, const MovingPartition& partition, const Move& move,
                    const std::string& reason) {
  CopyParts work = copy_parts(table, partition, move.target);
  ShardStep copy = step(ShardAction::kCopy, table, partition, move, reason, std::move(work.here));
  copy.there[move.target] = std::move(work.there.sql);
  return copy;
}

ShardStep swap_step(const MovingTable& table, const MovingPartition& partition, const Move& move,
                    const std::string& reason) {
  const QualifiedName leaf = name_of(table, partition);
  const QualifiedName copy = move.copy.value_or(copy_of(table, partition, move.target));
  Sql rename("ALTER FOREIGN TABLE ");
  rename << copy << " RENAME TO " << leaf.name;
  Sql bound("");
  bound << Definition{partition.placement.bound};
  const Sql attach = attach_statement(table.shape.name, leaf, bound);
  ShardStep swap = step(ShardAction::kSwap, table, partition, move, reason,
                        {lock_statement(table.shape.name, LockMode::kAccessExclusive),
                         detach_statement(table.shape.name, leaf, DetachMode::kPlain),
                         drop_foreign(leaf), rename, attach});
  const Sql compare = fingerprint_statement(shape_of(table, partition));
  Sql analyze("ANALYZE ");
  analyze << leaf;
  swap.there[move.source] = {compare};
  swap.there[move.target] = {compare, analyze, attach};
  return swap;
}

ShardStep drop_step(const MovingTable& table, const MovingPartition& partition, const Move& move,
                    const std::string& reason) {
  const QualifiedName leaf = name_of(table, partition);
  ShardStep drop = step(ShardAction::kDrop, table, partition, move, reason, {});
  drop.there[move.source] = drop_on_shard(move.source, leaf).sql;
  drop.there[move.source].push_back(drop_function(leaf));
  return drop;
}

ShardStep unseal_step(const MovingTable& table, const MovingPartition& partition, const Move& move,
                      const std::string& reason) {
  const QualifiedName leaf = name_of(table, partition);
  ShardStep unseal = step(ShardAction::kUnseal, table, partition, move, reason, {});
  for (const char* trigger : {kColdSeal, kColdTruncateSeal}) {
    Sql sql("DROP TRIGGER IF EXISTS ");
    sql << Identifier(trigger) << " ON " << leaf;
    unseal.there[move.source].push_back(sql);
  }
  unseal.there[move.source].push_back(drop_function(leaf));
  return unseal;
}

ShardStep drop_copy_step(const MovingTable& table, const MovingPartition& partition,
                         const Move& move, const std::string& reason) {
  ShardStep drop = step(ShardAction::kDropCopy, table, partition, move, reason, {});
  if (move.copy) drop.sql.push_back(drop_foreign(*move.copy));
  drop.there[move.target] = drop_on_shard(move.target, name_of(table, partition)).sql;
  return drop;
}

ShardStep drop_copy_step(const LeavingCopy& copy) {
  ShardStep drop{ShardAction::kDropCopy,
                 copy.shard,
                 readable(copy.table),
                 "shard \"" + copy.shard + "\" is drained, and nothing else is on it",
                 {drop_foreign(copy.copy)}};
  drop.there[copy.shard] = drop_on_shard(copy.shard, copy.table).sql;
  return drop;
}

Sql sealed_question(const QualifiedName& leaf) {
  Sql sql(
      "SELECT count(*) = 2 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = pg_catalog.to_regclass(");
  sql << as_literal(leaf) << ") AND t.tgenabled = 'A' AND t.tgname IN (" << Literal{kColdSeal}
      << ", " << Literal{kColdTruncateSeal} << ")";
  return sql;
}

Sql attached_question(const QualifiedName& table) {
  Sql sql(
      "SELECT c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(");
  sql << as_literal(table) << ")";
  return sql;
}

Sql childless_question(const QualifiedName& parent) {
  Sql sql(
      "SELECT pg_catalog.obj_description(c.oid, 'pg_class') LIKE 'pgscale %'"
      "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)"
      "  FROM pg_catalog.pg_class c WHERE c.relkind = 'p' AND c.oid = pg_catalog.to_regclass(");
  sql << as_literal(parent) << ")";
  return sql;
}

}  // namespace pgscale
