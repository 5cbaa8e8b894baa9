#include "catalog/adoptee.h"

#include "catalog/storage_parameters.h"
#include "core/failure.h"
#include "core/statements.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"
#include "shim/partitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

constexpr Oid kFirstOfUsers = 16384;  // FirstNormalObjectId

void read_shape(Adoptee& table) {
  const Rows rows = pg::query(
      Sql("SELECT c.relpersistence, c.relispartition, c.reloftype <> 0,"
          "       EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE c.oid IN (inhrelid, inhparent)),"
          "       EXISTS (SELECT FROM pg_catalog.pg_subscription_rel WHERE srrelid = c.oid),"
          "       EXISTS (SELECT FROM pg_catalog.pg_seclabel"
          "                WHERE classoid = 'pg_class'::regclass AND objoid = c.oid),"
          "       EXISTS (SELECT FROM pg_catalog.pg_replication_slots"
          "                WHERE slot_type = 'logical' AND database = current_database()),"
          "       coalesce((SELECT e.extname FROM pg_catalog.pg_depend d"
          "                   JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid"
          "                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
          "                    AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'), "
          "''),"
          "       coalesce(m.amname, ''), coalesce(t.spcname, ''), obj_description(c.oid, "
          "'pg_class'),"
          "       c.relrowsecurity, c.relforcerowsecurity, c.relreplident, r.rolname,"
          "       has_schema_privilege(c.relowner, c.relnamespace, 'CREATE'), n.nspname,"
          "       t.oid IS NULL OR has_tablespace_privilege(c.relowner, t.oid, 'CREATE'),"
          "       has_schema_privilege(c.relowner, c.relnamespace, 'USAGE')"
          "  FROM pg_catalog.pg_class c"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  JOIN pg_catalog.pg_roles r ON r.oid = c.relowner"
          "  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam"  // a partitioned table has none
          "  LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace"
          " WHERE c.oid = $1::oid"),
      {pg::from_oid(table.oid)});
  const auto& row = rows.front();
  table.is_temporary = *row[0] == "t";
  table.is_unlogged = *row[0] == "u";
  table.is_partition = to_bool(row[1]);
  table.is_typed = to_bool(row[2]);
  table.has_relatives = to_bool(row[3]) && !table.is_partition;
  table.is_subscribed = to_bool(row[4]);
  table.has_security_label = to_bool(row[5]);
  table.is_logically_decoded = to_bool(row[6]);
  table.extension = *row[7];
  table.access_method = *row[8];
  table.tablespace = *row[9];
  table.comment = row[10];
  table.row_security = to_bool(row[11]);
  table.row_security_forced = to_bool(row[12]);
  table.replica_identity = to_replica_identity(*row[13]);
  table.owner = *row[14];
  if (!to_bool(row[15])) table.missing_rights.push_back("CREATE on schema " + *row[16]);
  if (!to_bool(row[18])) table.missing_rights.push_back("USAGE on schema " + *row[16]);
  if (!to_bool(row[17])) table.missing_rights.push_back("CREATE on tablespace " + table.tablespace);
}

// What neither LIKE nor a partitioned table can have.
void read_settings(Adoptee& table) {
  const Rows rows =
      pg::query(Sql("SELECT a.attname || ': ' || o.setting FROM pg_catalog.pg_attribute a,"
                    "       unnest(a.attoptions) AS o (setting)"
                    " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
                    "   AND left(o.setting, 3) <> 'pg_'"  // the server's own, such as pg_attver
                    " ORDER BY 1"),
                {pg::from_oid(table.oid)});
  for (const auto& row : rows) table.settings.push_back(*row[0]);
  if (const auto array = storage_parameters_of(table.oid)) {
    table.storage_parameters = read_options(*array);
  }
}

ParentFacts read_key(Adoptee& table, Oid owner, const std::string& control) {
  Sql sql(
      "SELECT coalesce(nullif(t.typbasetype, 0), t.oid),"
      "       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,"
      "       format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '', ");
  sql << kSortsByBytes
      << "  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
         "  JOIN pg_catalog.pg_database d ON d.datname = current_database()"
         "  LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation"
         " WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped";
  const Rows rows = pg::query(sql, {pg::from_oid(table.oid), control});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedColumn, "column \"" + control + "\" of relation \"" +
                                                 table.name.name.name() + "\" does not exist");
  }
  const auto& row = rows.front();
  ParentFacts facts{
      Parent(table.oid, table.name, Method::kRange),
      owner,
      {{control, to_oid(row[0]), static_cast<int>(pg::to_int(row[1])), *row[2], to_bool(row[5])}},
      std::nullopt,
      std::nullopt};
  facts.parent.key_columns = {control};
  facts.kind = key_kind(facts.key.front().type);
  facts.storage = storage_of(facts.key.front().type);
  require_range_key(facts);
  table.key = control;
  table.key_type = *row[2];
  table.key_is_nullable = !to_bool(row[3]);
  table.key_is_generated = to_bool(row[4]);
  return facts;
}

// All but the key.
Adoptee read_rest(Adoptee table) {
  read_shape(table);
  read_settings(table);
  table.grants = read_grants(table.oid);
  table.statistics_targets = read_statistics_targets(table.oid);
  read_indexes(table);
  read_constraints(table);
  read_triggers(table);
  read_policies(table);
  read_sequences(table);
  read_dependants(table);
  read_publications(table);
  return table;
}

std::optional<Point> to_point(const PgsEnd& end, const Axis& axis) {
  if (end.kind != PGS_END_VALUE) return std::nullopt;
  if (axis.encoding()) return Point{axis.encoding()->decode(end.text).instant};
  if (axis.kind() != KeyKind::kNumeric) return Point{end.number};
  return parse_decimal(end.text, kNumericScale);
}

}  // namespace

void require_plain_table(Oid table) {
  const Rows rows =
      pg::query(Sql("SELECT relname, relkind FROM pg_catalog.pg_class WHERE oid = $1::oid"),
                {pg::from_oid(table)});
  if (rows.empty()) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(table) + " does not exist");
  }
  const std::string& name = *rows.front()[0];
  const std::string& kind = *rows.front()[1];
  if (kind == "p") {
    throw Failure(Problem::kWrongObjectType, "table \"" + name + "\" is partitioned already", {},
                  "Use pgscale.create_parent() to manage it.");
  }
  if (kind != "r") {
    throw Failure(Problem::kWrongObjectType, "\"" + name + "\" is not a table");
  }
  if (table < kFirstOfUsers) {
    throw Failure(Problem::kWrongObjectType, "table \"" + name + "\" is a system catalog");
  }
}

AdopteeFacts read_adoptee(Oid table, const std::string& control) {
  require_plain_table(table);
  const Rows rows =
      pg::query(Sql("SELECT n.nspname, c.relname, c.relowner FROM pg_catalog.pg_class c"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE c.oid = $1::oid"),
                {pg::from_oid(table)});
  const auto& row = rows.front();
  Adoptee keyed(table, {Identifier(*row[0]), Identifier(*row[1])});
  const ParentFacts as_parent = read_key(keyed, to_oid(row[2]), control);
  return {read_rest(std::move(keyed)), as_parent};
}

Adoptee read_whole(Oid table, const QualifiedName& name) { return read_rest(Adoptee(table, name)); }

std::optional<AdopteeRows> look_at_rows(const AdopteeFacts& facts, const Axis& axis, Look look) {
  AdopteeRows found;
  const auto trouble = pg::attempt([&] {
    const pg::LockTimeout limit(pg::lock_timeout());
    const auto acting = pg::Acting::as_owner(facts.as_parent.owner);
    pg::call(pgs_setting_save, "row_security", "off");  // an error rather than some of the rows
    const Identifier key(facts.table.key);
    Sql largest("SELECT ");  // there is no max() of uuid before PostgreSQL 18
    largest << key << " FROM ONLY " << facts.table.name << " WHERE " << key
            << " IS NOT NULL ORDER BY " << key << " DESC LIMIT 1";
    for (const auto& row : pg::query(largest)) {
      PgsEnd end{};
      pg::call(pgs_key_input, facts.as_parent.key.front().type, -1, row[0]->c_str(), "UTC", &end);
      found.newest = to_point(end, axis);
      found.is_beyond = !found.newest && end.kind != PGS_END_MINIMUM;
    }
    if (look == Look::kNewest || !facts.table.key_is_nullable) return;
    Sql missing("SELECT count(*) FROM ONLY ");
    missing << facts.table.name << " WHERE " << key << " IS NULL";
    found.without_key = pg::to_int(pg::query(missing).front()[0]);
  });
  if (!trouble) return found;
  if (trouble->sqlstate == sqlstate(Problem::kInsufficientPrivilege)) return std::nullopt;
  throw pg::OutcomeError(*trouble);
}

Guard guard_of(Oid table) {
  const Rows rows = pg::query(Sql("SELECT convalidated FROM pg_catalog.pg_constraint"
                                  " WHERE conrelid = $1::oid AND conname = $2"),
                              {pg::from_oid(table), kGuardName});
  if (rows.empty()) return Guard::kAbsent;
  return to_bool(rows.front()[0]) ? Guard::kValid : Guard::kNotValid;
}

std::optional<KeyIndex> key_index_of(Oid table, const Identifier& name) {
  const Rows rows = pg::query(Sql("SELECT c.oid, i.indisvalid FROM pg_catalog.pg_index i"
                                  "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
                                  " WHERE i.indrelid = $1::oid AND c.relname = $2"),
                              {pg::from_oid(table), name.name()});
  if (rows.empty()) return std::nullopt;
  return KeyIndex{to_oid(rows.front()[0]), to_bool(rows.front()[1])};
}

std::string definition_of(Oid table, const Identifier& key_index) {
  const Rows rows = pg::query(
      Sql("SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM ("
          " SELECT concat_ws(' ', 'table', n.nspname, c.relname, c.relowner, c.reltablespace,"
          "                  c.relrowsecurity, c.relforcerowsecurity, c.relreplident)"
          "   FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  WHERE c.oid = $1::oid"
          " UNION ALL "
          " SELECT concat_ws(' ', 'column', a.attname, a.atttypid, a.atttypmod, a.attcollation,"
          "                  a.attnotnull, a.attidentity, a.attgenerated, a.attstorage,"
          "                  a.attcompression, a.attstattarget, pg_get_expr(d.adbin, d.adrelid))"
          "   FROM pg_catalog.pg_attribute a"
          "   LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
          "  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
          " UNION ALL "
          " SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(oid))"
          "   FROM pg_catalog.pg_constraint"
          "  WHERE conrelid = $1::oid AND contype <> 't' AND conname <> $2"
          " UNION ALL "
          " SELECT concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisreplident)"
          "   FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
          "  WHERE i.indrelid = $1::oid AND c.relname <> $3"
          " UNION ALL "
          " SELECT pg_get_statisticsobjdef(oid) FROM pg_catalog.pg_statistic_ext"
          "  WHERE stxrelid = $1::oid) AS parts (part)"),
      {pg::from_oid(table), kGuardName, key_index.name()});
  return *rows.front()[0];
}

}  // namespace pgscale::catalog
