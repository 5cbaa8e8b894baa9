#include "catalog/cold_shards.h"

#include <algorithm>

#include "catalog/sharded_tables.h"
#include "core/cold_shard.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

// Those of its triggers that are fired whatever session_replication_role says.
Sql seals() {
  return Sql(
      "SELECT t.tgrelid FROM pg_catalog.pg_trigger t"
      " WHERE t.tgname IN ($2, $3) AND t.tgenabled = 'A'"
      "   AND t.tgfoid = 'pgscale.refuse_write'::pg_catalog.regproc");
}

constexpr char kBoth[] = " GROUP BY t.tgrelid HAVING count(*) = 2";

std::vector<Oid> sealed_partitions(Oid parent) {
  return pg::to_oids(pg::query_often(seals() << " AND t.tgrelid IN (SELECT i.inhrelid"
                                                "   FROM pg_catalog.pg_inherits i"
                                                "  WHERE i.inhparent = $1::oid)"
                                             << kBoth,
                                     {pg::from_oid(parent), kColdSeal, kColdTruncateSeal}));
}

std::vector<Oid> copied_partitions(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  return pg::to_oids(pg::query_often(
      Sql("SELECT k.partition::oid FROM pgscale.cold_copy k WHERE k.parent = $1::oid"),
      {pg::from_oid(parent)}));
}

bool is_among(const std::vector<Oid>& oids, Oid oid) {
  return std::find(oids.begin(), oids.end(), oid) != oids.end();
}

}  // namespace

void load_moves(Inventory& inventory) {
  const Oid parent = inventory.parent.oid;
  const auto sealed = sealed_partitions(parent);
  const auto copied = copied_partitions(parent);
  const bool any_foreign =
      std::any_of(inventory.partitions.begin(), inventory.partitions.end(),
                  [](const Partition& p) { return p.kind == TableKind::kForeign; });
  const auto remote = any_foreign ? remote_partitions(parent) : std::map<Oid, RemoteTable>();
  for (Partition& partition : inventory.partitions) {
    partition.sealed = is_among(sealed, partition.oid);
    if (is_among(copied, partition.oid)) partition.copy = find_copy(partition.oid);
    const auto found = remote.find(partition.oid);
    if (found != remote.end()) partition.remote = found->second;
  }
}

// The bounds of a hash set are a function of its OID, which is another on the shard.
ShardedTable shape_to_move(Oid partition) {
  ShardedTable shape = read_sharded_table(partition);
  const auto rows =
      pg::query(Sql("SELECT d FROM pg_catalog.pg_get_partition_constraintdef($1::oid) d"
                    " WHERE d NOT LIKE '%satisfies\\_hash\\_partition(%'"),
                {pg::from_oid(partition)});
  if (!rows.empty())
    shape.checks.push_back({"pgscale_partition", "CHECK (" + *rows.front()[0] + ")"});
  return shape;
}

bool is_sealed(Oid partition) {
  return !pg::query_latest(seals() << " AND t.tgrelid = $1::oid" << kBoth,
                           {pg::from_oid(partition), kColdSeal, kColdTruncateSeal})
              .empty();
}

bool takes_tables(const std::string& shard) {
  return !pg::query(Sql("SELECT FROM pgscale.shard WHERE name = $1 AND state = 'active'"), {shard})
              .empty();
}

void note_copy(Oid partition, Oid parent, const QualifiedName& copy) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.cold_copy (partition, parent, copy)"
          " SELECT $1::oid, $2::oid, c.oid FROM pg_catalog.pg_class c"
          "   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  WHERE n.nspname = $3 AND c.relname = $4"
          " ON CONFLICT (partition) DO UPDATE SET copy = excluded.copy"),
      {pg::from_oid(partition), pg::from_oid(parent), copy.schema.name(), copy.name.name()});
}

std::optional<ColdCopy> find_copy(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  const auto rows = pg::query(Sql("SELECT c.oid, n.nspname, c.relname FROM pgscale.cold_copy k"
                                  "  JOIN pg_catalog.pg_class c ON c.oid = k.copy"
                                  "                            AND NOT c.relispartition"
                                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                  " WHERE k.partition = $1::oid"),
                              {pg::from_oid(partition)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  const auto remote = remote_table(pg::to_oid(row[0]));
  if (!remote) return std::nullopt;
  return ColdCopy{pg::to_oid(row[0]), {Identifier(*row[1]), Identifier(*row[2])}, *remote};
}

void forget_copy(Oid partition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.cold_copy WHERE partition = $1::oid"),
              {pg::from_oid(partition)});
}

}  // namespace pgscale::catalog
