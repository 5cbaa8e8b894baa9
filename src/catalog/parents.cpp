#include "catalog/parents.h"

#include <map>

#include "catalog/foreign_keys.h"
#include "catalog/subpolicies.h"
#include "core/failure.h"
#include "pg/query.h"
#include "pg/server.h"
#include "shim/catalog.h"
#include "shim/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

struct RelationRow {
  std::string name;  // as a message shows it
  char kind;
  char persistence;
  std::optional<std::string> strategy;
};

[[noreturn]] void not_partitioned(const RelationRow& relation) {
  if (relation.kind != 'r') {
    static const std::map<char, const char*> kKinds = {
        {'v', "a view"},          {'m', "a materialized view"},
        {'f', "a foreign table"}, {'S', "a sequence"},
        {'i', "an index"},        {'I', "an index"},
        {'c', "a type"},          {'t', "a TOAST table"}};
    const auto kind = kKinds.find(relation.kind);
    throw Failure(
        Problem::kWrongObjectType, "\"" + relation.name + "\" is not a partitioned table",
        "It is " + std::string(kind == kKinds.end() ? "another relation" : kind->second) + ".");
  }
  throw Failure(Problem::kWrongObjectType, "table \"" + relation.name + "\" is not partitioned",
                "create_parent() manages tables that are declared with PARTITION BY.",
                "CALL pgscale.adopt_table() makes it the first partition of a new parent of its "
                "name.");
}

Method to_method(const std::string& strategy) {
  if (strategy == "r") return Method::kRange;
  return strategy == "l" ? Method::kList : Method::kHash;
}

// Number and collation of the columns of a key, in order: of the table $1 itself, or of one named
// $2.
Sql key_of_table() {
  return Sql(
      "SELECT k.* FROM pg_catalog.pg_partitioned_table p"
      " CROSS JOIN unnest(p.partattrs::int2[], p.partcollation::oid[]) WITH ORDINALITY k"
      " WHERE p.partrelid = $1::oid");
}

Sql named_column() {
  return Sql(
      "SELECT attnum, attcollation, 1 FROM pg_catalog.pg_attribute"
      " WHERE attrelid = $1::oid AND attname = $2 AND NOT attisdropped AND attnum > 0"
      "   AND attgenerated = ''");
}

// Reads the columns of the key, and into the parent how each is compared.
std::vector<KeyColumn> read_key(Parent& parent, const Sql& columns,
                                const std::vector<pg::Value>& parameters) {
  Sql sql(
      "SELECT a.attname, coalesce(nullif(t.typbasetype, 0), t.oid),"
      "       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,"
      "       format_type(a.atttypid, a.atttypmod), ");
  sql << kSortsByBytes
      << ", CASE WHEN k.coll <> a.attcollation THEN n.nspname END, c.collname FROM (" << columns
      << ") k (attnum, coll, ord)"
         "  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid AND a.attnum = k.attnum"
         "  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
         "  JOIN pg_catalog.pg_database d ON d.datname = current_database()"
         "  LEFT JOIN pg_catalog.pg_collation c ON c.oid = k.coll"
         "  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace"
         " WHERE k.attnum <> 0"
         " ORDER BY k.ord";
  const Rows rows = pg::query_often(sql, parameters);
  std::vector<KeyColumn> key;
  for (const auto& row : rows) {
    key.push_back(
        {*row[0], to_oid(row[1]), static_cast<int>(pg::to_int(row[2])), *row[3], to_bool(row[4])});
    parent.key_columns.push_back(*row[0]);
    parent.key_collations.push_back(
        row[5] ? std::optional(QualifiedName{Identifier(*row[5]), Identifier(*row[6])})
               : std::nullopt);
  }
  return key;
}

void read_kind(ParentFacts& facts) {
  if (facts.parent.method != Method::kRange || facts.key.empty()) return;
  facts.kind = key_kind(facts.key.front().type);
  facts.storage = storage_of(facts.key.front().type);
}

std::vector<QualifiedName> read_referenced(Oid parent) {
  const Rows rows =
      pg::query_often(Sql("SELECT DISTINCT n.nspname, r.relname"
                          "  FROM pg_catalog.pg_constraint k"
                          "  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid"
                          "  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                          " WHERE k.conrelid = $1::oid AND k.contype = 'f' ORDER BY 1, 2"),
                      {pg::from_oid(parent)});
  std::vector<QualifiedName> tables;
  for (const auto& row : rows) tables.push_back({Identifier(*row[0]), Identifier(*row[1])});
  return tables;
}

Oid owner_of(Oid table) {
  const Rows rows = pg::query_often(
      Sql("SELECT relowner FROM pg_catalog.pg_class WHERE oid = $1::oid"), {pg::from_oid(table)});
  return to_oid(rows.front()[0]);
}

// Keys that pgscale cannot manage are refused here, once for all callers.
void check_key(const ParentFacts& facts, bool has_expression, const std::string& name) {
  if (facts.parent.method == Method::kHash) return;
  if (has_expression) {
    throw Failure(Problem::kNotSupported,
                  "partition key of table \"" + name + "\" is an expression",
                  "pgscale manages range and list sets whose key is a column.");
  }
  if (facts.parent.method != Method::kList) require_range_key(facts);
}

}  // namespace

ReplicaIdentity to_replica_identity(const std::string& letter) {
  if (letter == "n") return ReplicaIdentity::kNothing;
  if (letter == "f") return ReplicaIdentity::kFull;
  return letter == "i" ? ReplicaIdentity::kIndex : ReplicaIdentity::kDefault;
}

std::optional<Privilege> to_privilege(const std::string& word) {
  static const std::map<std::string, Privilege> kWords = {
      {"SELECT", Privilege::kSelect},     {"INSERT", Privilege::kInsert},
      {"UPDATE", Privilege::kUpdate},     {"DELETE", Privilege::kDelete},
      {"TRUNCATE", Privilege::kTruncate}, {"REFERENCES", Privilege::kReferences},
      {"TRIGGER", Privilege::kTrigger},   {"MAINTAIN", Privilege::kMaintain},
      {"USAGE", Privilege::kUsage}};
  const auto found = kWords.find(word);
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

void require_range_key(const ParentFacts& facts) {
  if (facts.kind || facts.storage) return;
  throw Failure(Problem::kNotSupported,
                "range key \"" + facts.key.front().name + "\" has type " +
                    facts.key.front().type_name + ", which pgscale does not manage",
                "It manages timestamptz, timestamp, date, smallint, integer, bigint and numeric, "
                "and uuid, text, varchar and char with an encoding.");
}

std::optional<KeyStorage> storage_of(Oid type) {
  switch (type) {
    case PGS_TYPE_UUID: return KeyStorage::kUuid;
    case PGS_TYPE_TEXT:
    case PGS_TYPE_VARCHAR:
    case PGS_TYPE_CHAR: return KeyStorage::kText;
    case PGS_TYPE_INTEGER: return KeyStorage::kInteger;
    case PGS_TYPE_BIGINT: return KeyStorage::kBigint;
    default: return std::nullopt;
  }
}

ParentFacts read_parent(Oid parent) {
  const Rows rows = pg::query_often(
      Sql("SELECT n.nspname, c.relname, c.relkind, c.relpersistence, c.relowner, c.relreplident,"
          "       c.relrowsecurity, coalesce(t.spcname, ''), coalesce(m.amname, ''), p.partstrat,"
          "       coalesce(p.partexprs IS NOT NULL, false),"
          "       (SELECT x.relname FROM pg_catalog.pg_index i"
          "          JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
          "         WHERE i.indrelid = c.oid AND i.indisreplident),"
          "       EXISTS (SELECT FROM pg_catalog.pg_depend d"
          "                 JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid"
          "                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
          "                  AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'"
          "                  AND e.extname = 'pgscale'),"
          "       EXISTS (SELECT FROM pg_catalog.pg_index u WHERE u.indrelid = c.oid"
          "                  AND (u.indisunique OR u.indisexclusion))"
          "  FROM pg_catalog.pg_class c"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace"
          "  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam"
          "  LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = c.oid"
          " WHERE c.oid = $1::oid"),
      {pg::from_oid(parent)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(parent) + " does not exist");
  }
  const auto& row = rows.front();
  const RelationRow relation{*row[1], row[2]->front(), row[3]->front(), row[9]};
  if (!relation.strategy) not_partitioned(relation);
  if (relation.persistence == 't') {
    throw Failure(Problem::kNotSupported, "cannot manage temporary table \"" + relation.name + "\"",
                  "Only its own session could make its partitions.");
  }

  ParentFacts facts{
      Parent(parent, {Identifier(*row[0]), Identifier(*row[1])}, to_method(*relation.strategy)),
      to_oid(row[4]),
      {},
      std::nullopt,
      std::nullopt};
  // Whoever owns the root decides what is done below it, with no more rights than his own.
  if (const auto place = place_below(parent)) facts.owner = owner_of(place->root);
  facts.key = read_key(facts.parent, key_of_table(), {pg::from_oid(parent)});
  read_kind(facts);
  facts.parent.tablespace = *row[7];
  facts.parent.access_method = *row[8];
  facts.parent.unlogged = relation.persistence == 'u';
  facts.parent.row_security = to_bool(row[6]);
  facts.parent.attach_brings_identity = pg::attach_brings_identity();
  facts.parent.replica_identity = to_replica_identity(*row[5]);
  facts.parent.replica_index = row[11].value_or("");
  facts.parent.in_extension = to_bool(row[12]);
  facts.parent.has_unique_index = to_bool(row[13]);
  check_key(facts, to_bool(row[10]), relation.name);
  facts.parent.grants = read_grants(parent);
  facts.parent.statistics_targets = read_statistics_targets(parent);
  facts.parent.referenced = read_referenced(parent);
  facts.parent.referring = referring_tables(parent);
  return facts;
}

// Up to server 16 the catalog says -1 where newer ones have NULL.
std::vector<ColumnTarget> read_statistics_targets(Oid table) {
  const Rows rows =
      pg::query_often(Sql("SELECT attname, attstattarget FROM pg_catalog.pg_attribute"
                          " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped"
                          "   AND attstattarget >= 0 ORDER BY attnum"),
                      {pg::from_oid(table)});
  std::vector<ColumnTarget> targets;
  for (const auto& row : rows) targets.push_back({*row[0], static_cast<int>(pg::to_int(row[1]))});
  return targets;
}

ParentFacts partitioned_by(const ParentFacts& facts, Method method, const std::string& control) {
  ParentFacts below = facts;
  below.parent.method = method;
  below.parent.key_columns.clear();
  below.parent.key_collations.clear();
  below.kind.reset();
  below.storage.reset();
  below.key = read_key(below.parent, named_column(), {pg::from_oid(facts.parent.oid), control});
  const std::string table = facts.parent.name.name.name();
  if (below.key.empty() && has_column(facts.parent.oid, control)) {
    throw Failure(Problem::kInvalidDefinition, "cannot use generated column in partition key",
                  "Column \"" + control + "\" of table \"" + table + "\" is a generated column.");
  }
  if (below.key.empty()) {
    throw Failure(Problem::kUndefinedColumn,
                  "column \"" + control + "\" of relation \"" + table + "\" does not exist");
  }
  read_kind(below);
  check_key(below, false, table);
  return below;
}

std::vector<Grant> read_grants(Oid relation) {
  const Rows rows = pg::query_often(
      Sql("SELECT coalesce(r.rolname, ''), x.privilege_type, x.attname, x.is_grantable"
          "  FROM (SELECT g.grantee, g.privilege_type, g.is_grantable, '' AS attname, c.relowner"
          "          FROM pg_catalog.pg_class c, aclexplode(c.relacl) g WHERE c.oid = $1::oid"
          "        UNION"
          "        SELECT g.grantee, g.privilege_type, g.is_grantable, a.attname, c.relowner"
          "          FROM pg_catalog.pg_class c"
          "          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped,"
          "               aclexplode(a.attacl) g"
          "         WHERE c.oid = $1::oid) x"
          "  LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee"
          " WHERE x.grantee <> x.relowner AND (x.grantee = 0 OR r.oid IS NOT NULL)"
          " ORDER BY 1, 3, 2"),
      {pg::from_oid(relation)});
  std::vector<Grant> grants;
  for (const auto& row : rows) {
    if (const auto privilege = to_privilege(*row[1])) {
      grants.push_back({*row[0], *privilege, *row[2], to_bool(row[3])});
    }
  }
  return grants;
}

void require_ownership(Oid table) {
  if (pg::call(pgs_owns, table)) return;
  throw Failure(Problem::kInsufficientPrivilege,
                "must be owner of table " + std::string(pg::call(pgs_relation_name, table)));
}

void require_ownership(const ParentFacts& facts) { require_ownership(facts.parent.oid); }

std::vector<Oid> foreign_key_targets(Oid table) {
  const Rows rows =
      pg::query_often(Sql("SELECT DISTINCT confrelid::oid FROM pg_catalog.pg_constraint"
                          " WHERE conrelid = $1::oid AND contype = 'f' ORDER BY 1"),
                      {pg::from_oid(table)});
  std::vector<Oid> targets;
  for (const auto& row : rows) targets.push_back(to_oid(row[0]));
  return targets;
}

bool has_column(Oid relation, const std::string& column) {
  return !pg::query_often(Sql("SELECT FROM pg_catalog.pg_attribute"
                              " WHERE attrelid = $1::oid AND attname = $2 AND NOT attisdropped"),
                          {pg::from_oid(relation), column})
              .empty();
}

std::optional<KeyKind> key_kind(Oid type) {
  switch (type) {
    case PGS_TYPE_TIMESTAMPTZ: return KeyKind::kTimestampTz;
    case PGS_TYPE_TIMESTAMP: return KeyKind::kTimestamp;
    case PGS_TYPE_DATE: return KeyKind::kDate;
    case PGS_TYPE_SMALLINT: return KeyKind::kSmallint;
    case PGS_TYPE_INTEGER: return KeyKind::kInteger;
    case PGS_TYPE_BIGINT: return KeyKind::kBigint;
    case PGS_TYPE_NUMERIC: return KeyKind::kNumeric;
    default: return std::nullopt;
  }
}

bool relation_exists(Oid relation) {
  return !pg::query_often(Sql("SELECT FROM pg_catalog.pg_class WHERE oid = $1::oid"),
                          {pg::from_oid(relation)})
              .empty();
}

}  // namespace pgscale::catalog
