#include "catalog/sharded_tables.h"

#include "catalog/policies.h"
#include "catalog/storage_parameters.h"
#include "core/failure.h"
#include "pg/attempt.h"
#include "pg/call.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/session.h"
#include "shim/transaction_end.h"

namespace pgscale::catalog {
namespace {

using pg::to_bool;

constexpr ShardedKind kKinds[] = {ShardedKind::kSharded, ShardedKind::kGeo,
                                  ShardedKind::kReference};
constexpr Method kMethods[] = {Method::kRange, Method::kList, Method::kHash};

template <typename Word, std::size_t N>
Word read_word(const Word (&words)[N], const std::string& name) {
  for (Word word : words) {
    if (name == text(word)) return word;
  }
  throw Failure(Problem::kInternal, "unknown word \"" + name + "\"");
}

std::vector<std::string> to_texts(const pg::Value& array) {
  std::vector<std::string> texts;
  if (!array) return texts;
  for (const auto& row : pg::query(Sql("SELECT unnest($1::text[])"), {array})) {
    texts.push_back(*row[0]);
  }
  return texts;
}

void read_columns(ShardedTable& table, Oid relation) {
  const auto rows = pg::query(
      Sql("SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
          "       n.nspname, l.collname, a.attnotnull,"
          "       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,"
          // PostgreSQL's own functions are in no row of pg_depend
          "       EXISTS (SELECT FROM pg_catalog.pg_depend s"
          "                WHERE s.classid = 'pg_attrdef'::regclass AND s.objid = d.oid"
          "                  AND (s.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)"
          "                       OR s.refclassid = 'pg_class'::regclass"
          "                          AND (SELECT c.relkind = 'S' FROM pg_catalog.pg_class c"
          "                                WHERE c.oid = s.refobjid)))"
          "         OR pg_get_expr(d.adbin, d.adrelid) ~ 'nextval',"
          "       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,"
          "       a.attgenerated = 'v'"
          "  FROM pg_catalog.pg_attribute a"
          "  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
          "  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation"
          "                                     AND a.attcollation <> t.typcollation"
          "  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace"
          "  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
          " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"),
      {pg::from_oid(relation)});
  for (const auto& row : rows) {
    ShardedColumn column;
    column.name = *row[0];
    column.type = *row[1];
    if (row[3]) column.collation = QualifiedName{Identifier(*row[2]), Identifier(*row[3])};
    column.not_null = to_bool(row[4]);
    column.default_value = row[5].value_or("");
    column.default_is_local = row[6] && to_bool(row[6]);
    column.generated = row[7].value_or("");
    column.is_virtual = to_bool(row[8]);
    table.columns.push_back(column);
  }
}

std::vector<NamedDefinition> read_constraints(Oid relation, const char* kinds) {
  std::vector<NamedDefinition> found;
  for (const auto& row : pg::query(
           Sql("SELECT conname, pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint"
               " WHERE conrelid = $1::oid AND contype = ANY ($2::\"char\"[]) ORDER BY conname"),
           {pg::from_oid(relation), kinds})) {
    found.push_back({*row[0], *row[1]});
  }
  return found;
}

// A unique index is told without its head, which names a table that may get another name.
void read_indexes(ShardedTable& table, Oid relation) {
  const auto rows = pg::query(
      Sql("SELECT c.relname, i.indisunique, pg_get_indexdef(i.indexrelid),"
          "       pg_catalog.strpos(pg_get_indexdef(i.indexrelid), ' USING ')"
          "  FROM pg_catalog.pg_index i"
          "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
          " WHERE i.indrelid = $1::oid AND i.indisvalid"
          "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k"
          "                    WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid)"
          " ORDER BY c.relname"),
      {pg::from_oid(relation)});
  for (const auto& row : rows) {
    if (to_bool(row[1])) {
      const auto head = static_cast<std::size_t>(pg::to_int(row[3]));
      table.unique_indexes.push_back({*row[0], row[2]->substr(head)});
    } else {
      table.indexes.push_back(*row[2]);
    }
  }
}

// ON ONLY is how the server shows the index of a partitioned table.
void with_partitions(std::vector<std::string>& indexes) {
  const std::string only = " ON ONLY ";
  for (std::string& index : indexes) {
    const auto at = index.find(only);
    if (at != std::string::npos) index.replace(at, only.size(), " ON ");
  }
}

void read_registered_keys(ShardedTable& table, Oid relation) {
  for (const auto& row :
       pg::query(Sql("SELECT k.value ->> 'name', k.value ->> 'constraint', k.value ->> 'index'"
                     "  FROM pgscale.sharded_table s,"
                     "       pg_catalog.jsonb_array_elements(s.unique_keys) k"
                     " WHERE s.relation = $1::oid"),
                 {pg::from_oid(relation)})) {
    if (row[1]) table.unique_keys.push_back({*row[0], *row[1]});
    if (row[2]) table.unique_indexes.push_back({*row[0], *row[2]});
  }
}

std::vector<std::string> parts(const std::vector<NamedDefinition>& definitions,
                               std::string NamedDefinition::*part) {
  std::vector<std::string> texts;
  for (const NamedDefinition& definition : definitions) texts.push_back(definition.*part);
  return texts;
}

std::vector<Placement> load_placements(Oid relation) {
  std::vector<Placement> placements;
  for (const auto& row : pg::query(Sql("SELECT leaf, bound, shard, region FROM pgscale.placement"
                                       " WHERE relation = $1::oid ORDER BY leaf"),
                                   {pg::from_oid(relation)})) {
    placements.push_back({*row[0], *row[1], *row[2], row[3]});
  }
  return placements;
}

}  // namespace

const char* text(ShardedKind kind) {
  switch (kind) {
    case ShardedKind::kSharded: return "sharded";
    case ShardedKind::kGeo: return "geo";
    case ShardedKind::kReference: return "reference";
  }
  return "";
}

std::optional<ShardedRow> find_sharded(Oid relation) {
  const auto rows = pg::query(Sql("SELECT kind, method, key, colocation FROM pgscale.sharded_table"
                                  " WHERE relation = $1::oid"),
                              {pg::from_oid(relation)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  ShardedRow found{relation,     read_word(kKinds, *row[0]), std::nullopt, to_texts(row[2]),
                   std::nullopt, load_placements(relation)};
  if (row[1]) found.method = read_word(kMethods, *row[1]);
  if (row[3]) found.colocation = static_cast<int>(pg::to_int(row[3]));
  return found;
}

ShardedRow require_sharded(Oid relation) {
  if (auto row = find_sharded(relation)) return *row;
  const std::string name = pg::call(pgs_relation_name, relation);
  throw Failure(Problem::kUndefinedObject, "table \"" + name + "\" is not on shards", {},
                "Use pgscale.create_sharded_table().");
}

void insert_sharded(const ShardedRow& row, const ShardedTable& table) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.sharded_table (relation, kind, method, key, colocation, unique_keys,"
          "                                   shards)"
          " SELECT $1::oid, $2, $3, $4::name[],"
          "        CASE WHEN $2 <> 'reference' THEN coalesce($5::integer,"
          "             (SELECT coalesce(max(t.colocation), 0) + 1 FROM pgscale.sharded_table t)) "
          "END,"
          "        coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object("
          "                           'name', k.name, k.kind, k.definition))"
          "                    FROM (SELECT 'constraint' AS kind, * FROM"
          "                            unnest($6::text[], $7::text[]) AS c (name, definition)"
          "                          UNION ALL "
          "                          SELECT 'index', * FROM"
          "                            unnest($8::text[], $9::text[]) AS i (name, definition)) k),"
          "                 '[]'),"
          "        $10::name[]"),
      {pg::from_oid(row.relation), text(row.kind),
       row.method ? pg::Value(text(*row.method)) : std::nullopt,
       row.method ? pg::Value(pg::array_literal(row.key)) : std::nullopt,
       row.colocation ? pg::from_int(*row.colocation) : std::nullopt,
       pg::array_literal(parts(table.unique_keys, &NamedDefinition::name)),
       pg::array_literal(parts(table.unique_keys, &NamedDefinition::definition)),
       pg::array_literal(parts(table.unique_indexes, &NamedDefinition::name)),
       pg::array_literal(parts(table.unique_indexes, &NamedDefinition::definition)), row.shards});
  for (const Placement& placement : row.placements) insert_placement(row.relation, placement);
}

void insert_placement(Oid relation, const Placement& placement) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.placement (relation, leaf, bound, shard, region)"
          " VALUES ($1::oid, $2::name, $3, $4::name, $5)"),
      {pg::from_oid(relation), placement.leaf, placement.bound, placement.shard, placement.region});
}

ShardedTable read_sharded_table(Oid relation) {
  const auto rows =
      pg::query(Sql("SELECT n.nspname, c.relname,"
                    "       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END"
                    "  FROM pg_catalog.pg_class c"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE c.oid = $1::oid"),
                {pg::from_oid(relation)});
  const auto& row = rows.front();
  ShardedTable table(QualifiedName{Identifier(*row[0]), Identifier(*row[1])});
  table.partition_key = row[2].value_or("");
  read_columns(table, relation);
  table.checks = read_constraints(relation, "{c}");
  table.unique_keys = read_constraints(relation, "{p,u}");
  read_indexes(table, relation);
  with_partitions(table.indexes);
  read_registered_keys(table, relation);
  const auto policy = load_policy(relation);
  if (policy && policy->storage_parameters) {
    table.storage_parameters = read_options(*policy->storage_parameters);
  }
  return table;
}

TableOwner read_owner(Oid relation) {
  const auto rows = pg::query(Sql("SELECT c.relowner, n.nspname, c.relname, c.relkind"
                                  "  FROM pg_catalog.pg_class c"
                                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                  " WHERE c.oid = $1::oid"),
                              {pg::from_oid(relation)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(relation) + " does not exist");
  }
  const auto& row = rows.front();
  if (row[3] != "r" && row[3] != "p") {
    throw Failure(Problem::kWrongObjectType, "\"" + *row[2] + "\" is not a table");
  }
  return {pg::to_oid(row[0]), {Identifier(*row[1]), Identifier(*row[2])}, row[3] == "p"};
}

// A partition that was moved to a cold shard has no row there, only its foreign table here.
bool is_placed(const std::string& shard, const QualifiedName& name) {
  return !pg::query(Sql("SELECT 1 FROM pg_catalog.pg_foreign_table f"
                        "  JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver"
                        " WHERE s.srvname = $1"
                        "   AND f.ftoptions @> ARRAY['schema_name=' || $2, 'table_name=' || $3]"
                        " UNION ALL "
                        "SELECT 1 FROM pgscale.sharded_table t"
                        "  JOIN pg_catalog.pg_class c ON c.oid = t.relation"
                        "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE n.nspname = $2"
                        "   AND EXISTS (SELECT FROM pgscale.placement p"
                        "                WHERE p.relation = t.relation AND p.shard = $1"
                        "                  AND $3 IN (c.relname, p.leaf))"),
                    {shard, name.schema.name(), name.name.name()})
              .empty();
}

Fate fate_of(const std::string& cluster, const std::string& transaction) {
  if (cluster != pg::call(pgs_cluster_identity)) return Fate::kUnknown;
  pg::Value status;
  // A number that this cluster has not come to yet is an error.
  const auto trouble = pg::attempt([&] {
    status = pg::query(Sql("SELECT pg_catalog.pg_xact_status($1::xid8)"), {transaction}).front()[0];
  });
  if (trouble || !status) return Fate::kUnknown;
  if (*status == "aborted") return Fate::kAborted;
  return *status == "committed" ? Fate::kCommitted : Fate::kRunning;
}

std::optional<Sharding> load_sharding(Oid parent) {
  const auto rows =
      pg::query_often(Sql("SELECT s.name, (SELECT count(*) FROM pgscale.placement p"
                          "                 WHERE p.relation = t.relation AND p.shard = s.name)"
                          "  FROM pgscale.sharded_table t"
                          "  JOIN pgscale.shard s ON s.state = 'active'"
                          "                      AND (t.shards IS NULL OR s.name = ANY (t.shards))"
                          " WHERE t.relation = $1::oid ORDER BY s.number"),
                      {pg::from_oid(parent)});
  if (rows.empty()) return std::nullopt;
  Sharding sharding{read_sharded_table(parent), {}};
  for (const auto& row : rows) {
    sharding.shards.emplace_back(*row[0], static_cast<int>(pg::to_int(row[1])));
  }
  return sharding;
}

namespace {

// Foreign tables of shards, and what they stand for.
Sql remote_tables() {
  return Sql(
      "SELECT s.srvname,"
      "       coalesce((SELECT option_value FROM pg_catalog.pg_options_to_table(t.ftoptions)"
      "                  WHERE option_name = 'schema_name'), n.nspname),"
      "       coalesce((SELECT option_value FROM pg_catalog.pg_options_to_table(t.ftoptions)"
      "                  WHERE option_name = 'table_name'), c.relname), t.ftrelid"
      "  FROM pg_catalog.pg_foreign_table t"
      "  JOIN pg_catalog.pg_class c ON c.oid = t.ftrelid"
      "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
      "  JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver"
      "  JOIN pgscale.shard h ON h.name = s.srvname");
}

RemoteTable to_remote_table(const std::vector<pg::Value>& row) {
  return {*row[0], {Identifier(*row[1]), Identifier(*row[2])}};
}

}  // namespace

std::optional<RemoteTable> remote_table(Oid table) {
  const auto rows =
      pg::query(remote_tables() << " WHERE t.ftrelid = $1::oid", {pg::from_oid(table)});
  if (rows.empty()) return std::nullopt;
  return to_remote_table(rows.front());
}

std::map<Oid, RemoteTable> remote_partitions(Oid parent) {
  std::map<Oid, RemoteTable> tables;
  for (const auto& row :
       pg::query(remote_tables() << "  JOIN pg_catalog.pg_inherits i ON i.inhrelid = t.ftrelid"
                                    " WHERE i.inhparent = $1::oid",
                 {pg::from_oid(parent)})) {
    tables.emplace(pg::to_oid(row[3]), to_remote_table(row));
  }
  return tables;
}

void forget_placement(Oid relation, const std::string& leaf) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.placement WHERE relation = $1::oid AND leaf = $2"),
              {pg::from_oid(relation), leaf});
}

Coordinator this_coordinator() {
  return {pg::call(pgs_cluster_identity), std::to_string(pg::own_database())};
}

// A number that is in no record on disk is given again after a crash, to a transaction that may
// commit: then the mark would tell of that one.
Mark own_mark() {
  const auto rows = pg::query(Sql("SELECT pg_catalog.pg_current_xact_id()"));
  pg::execute(Sql("SELECT pg_catalog.pg_logical_emit_message(true, 'pgscale', '')"));
  pg::call(pgs_flush_own_records);
  return {this_coordinator(), *rows.front()[0]};
}

}  // namespace pgscale::catalog
