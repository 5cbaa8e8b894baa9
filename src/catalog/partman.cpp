#include "catalog/partman.h"

#include <algorithm>

#include "catalog/template_tables.h"
#include "core/failure.h"
#include "core/grid.h"
#include "core/interval_words.h"
#include "pg/attempt.h"
#include "pg/query.h"
#include "shim/times.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

std::vector<PartmanSetting> load_settings(const Identifier& schema, const PartmanRow& row) {
  Sql sql("SELECT e.key, e.value FROM ");
  sql << schema
      << ".part_config c"
         " CROSS JOIN LATERAL json_each_text(to_json(c)) WITH ORDINALITY AS e (key, value, ord)"
         " WHERE c.parent_table = $1 AND e.value IS NOT NULL ORDER BY e.ord";
  std::vector<PartmanSetting> settings;
  for (const auto& found : pg::query(sql, {row.parent_table})) {
    settings.push_back({*found[0], *found[1]});
  }
  return settings;
}

// Settings of partitions, named as those of a set are.
std::vector<PartmanSetting> load_settings_below(const Identifier& schema, const PartmanRow& row) {
  Sql sql("SELECT substring(e.key FROM '^sub_(.*)'), e.value FROM ");
  sql << schema
      << ".part_config_sub c"
         " CROSS JOIN LATERAL json_each_text(to_json(c)) WITH ORDINALITY AS e (key, value, ord)"
         " WHERE c.sub_parent = $1 AND e.key <> 'sub_parent' AND e.value IS NOT NULL"
         " ORDER BY e.ord";
  std::vector<PartmanSetting> settings;
  for (const auto& found : pg::query(sql, {row.parent_table})) {
    settings.push_back({*found[0], *found[1]});
  }
  return settings;
}

// Tables below the given one, as pg_partman writes their names.
Sql names_below() {
  return Sql(
      "SELECT n.nspname || '.' || k.relname FROM pg_catalog.pg_partition_tree($1::oid) t"
      "  JOIN pg_catalog.pg_class k ON k.oid = t.relid AND t.level > 0"
      "  JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace");
}

bool has_deeper_levels(const Identifier& schema, Oid table) {
  Sql sql("SELECT FROM ");
  sql << schema << ".part_config_sub WHERE sub_parent IN (" << names_below() << ") LIMIT 1";
  return !pg::query(sql, {pg::from_oid(table)}).empty();
}

// Empty where the text is none such: the configuration was written by hands, too.
std::optional<PartmanSpan> read_span(const std::string* text, bool is_time) {
  if (text == nullptr) return std::nullopt;
  if (!is_time) {
    const auto number = parse_decimal(*text, 0);
    return number ? std::optional(PartmanSpan{*text, *number}) : std::nullopt;
  }
  PartmanSpan span;
  const std::string words = without_quarters(without_partman_names(*text));
  const auto trouble = pg::attempt([&] {
    Interval interval;
    pg::call(pgs_interval_input, words.c_str(), &interval.months, &interval.days, &interval.micros);
    span = {pg::call(pgs_interval_text, words.c_str()), usual_length(Stride(interval))};
  });
  return trouble ? std::nullopt : std::optional(span);
}

// Indexes that are the parent's as well do not count: pg_partman compares them by the same words.
std::optional<PartmanTemplate> load_template(const std::string* name, const ParentFacts& facts) {
  if (name == nullptr) return std::nullopt;
  const Rows rows = pg::query(
      Sql("SELECT k.relpersistence = 'u', k.reloptions, x.relname, k.oid::regclass::text, k.oid"
          "  FROM pg_catalog.pg_class k"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace"
          "  LEFT JOIN (pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid)"
          "    ON i.indrelid = k.oid AND i.indisvalid AND NOT EXISTS ("
          "       SELECT FROM pg_catalog.pg_index p WHERE p.indrelid = $2::oid"
          "          AND substring(pg_get_indexdef(p.indexrelid) FROM ' USING .*')"
          "            = substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*'))"
          " WHERE n.nspname = split_part($1, '.', 1) AND k.relname = split_part($1, '.', 2)"
          " ORDER BY x.relname"),
      {*name, pg::from_oid(facts.parent.oid)});
  if (rows.empty()) return std::nullopt;
  PartmanTemplate table;
  const Oid oid = pg::to_oid(rows.front()[4]);
  if (const auto trouble = pg::attempt([&] { require_template(oid, facts); })) {
    table.trouble = trouble->message;
  }
  for (const auto& row : rows) {
    table.unlogged = pg::to_bool(row[0]);
    table.storage_parameters = row[1];
    table.table = *row[3];
    if (row[2]) table.indexes.push_back(*row[2]);
  }
  return table;
}

// A publication of all tables, or of the schema, has the parent, too.
std::vector<PartmanPublication> load_publications(const std::string* names, Oid parent) {
  std::vector<PartmanPublication> publications;
  if (names == nullptr) return publications;
  const Rows rows = pg::query(
      Sql("SELECT b.pubname, b.puballtables"
          "    OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel r"
          "                WHERE r.prpubid = b.oid AND r.prrelid = $2::oid)"
          "    OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace s"
          "                 JOIN pg_catalog.pg_class k ON k.relnamespace = s.pnnspid"
          "                WHERE s.pnpubid = b.oid AND k.oid = $2::oid)"
          "  FROM pg_catalog.pg_publication b"
          " WHERE b.pubname IN (SELECT json_array_elements_text($1::json)) ORDER BY b.pubname"),
      {*names, pg::from_oid(parent)});
  for (const auto& row : rows) publications.push_back({*row[0], pg::to_bool(row[1])});
  return publications;
}

// The function of that name with such an argument. pg_partman keeps names as a call writes them;
// its decoders always take a text.
std::optional<std::string> find_function(const std::string* name,
                                         const std::vector<std::string>& arguments) {
  if (name == nullptr) return std::nullopt;
  std::optional<std::string> signature;
  for (const std::string& argument : arguments) {
    const auto trouble = pg::attempt([&] {
      signature =
          pg::query(Sql("SELECT to_regprocedure($1 || '(' || $2 || ')')::text"), {*name, argument})
              .front()[0];
    });
    if (!trouble && signature) return signature;
  }
  return std::nullopt;
}

bool has_default_partition(Oid parent) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_partitioned_table"
                        " WHERE partrelid = $1::oid AND partdefid <> 0"),
                    {pg::from_oid(parent)})
              .empty();
}

// What the catalogs say of a table with these settings.
void describe(PartmanSet& set, const ParentFacts& facts) {
  set.method = facts.parent.method;
  set.key_columns = facts.parent.key_columns;
  set.key_is_time = facts.kind && is_time(*facts.kind);
  set.has_default = has_default_partition(facts.parent.oid);
  const bool in_time = counts_in_time(set);
  set.interval = read_span(value_of(set, "partition_interval"), in_time);
  set.retention = read_span(value_of(set, "retention"), in_time);
  set.template_table = load_template(value_of(set, "template_table"), facts);
  set.publications = load_publications(value_of(set, "publications"), facts.parent.oid);
  set.encoder = find_function(value_of(set, "time_encoder"), {"timestamptz"});
  if (!facts.key.empty()) {
    set.decoder =
        find_function(value_of(set, "time_decoder"), {facts.key.front().type_name, "text"});
  }
}

}  // namespace

Identifier partman_schema(PartmanUse use) {
  const Rows rows = pg::query(
      Sql("SELECT n.nspname, c.oid IS NOT NULL AND s.oid IS NOT NULL,"
          "       has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(s.oid, 'SELECT'),"
          "       has_column_privilege(c.oid, 'automatic_maintenance', 'UPDATE')"
          "  FROM pg_catalog.pg_extension e"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
          "  LEFT JOIN pg_catalog.pg_class c"
          "    ON c.relnamespace = n.oid AND c.relname = 'part_config' AND c.relkind = 'r'"
          "  LEFT JOIN pg_catalog.pg_class s"
          "    ON s.relnamespace = n.oid AND s.relname = 'part_config_sub' AND s.relkind = 'r'"
          " WHERE e.extname = 'pg_partman'"));
  if (rows.empty() || !pg::to_bool(rows.front()[1])) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "extension \"pg_partman\" is not installed in this database", {},
                  "Sets that pg_partman has made can be managed with pgscale.create_parent().");
  }
  const auto& row = rows.front();
  const Identifier schema(*row[0]);
  const bool takes_over = use == PartmanUse::kTakeOver;
  if (!pg::to_bool(row[2]) || (takes_over && !pg::to_bool(row[3]))) {
    Sql grant("GRANT SELECT");
    if (takes_over) grant << ", UPDATE";
    grant << " ON " << schema << ".part_config TO ...; GRANT SELECT ON " << schema
          << ".part_config_sub TO ...";
    throw Failure(Problem::kInsufficientPrivilege,
                  "permission denied for the configuration of pg_partman", {},
                  "Its owner may do: " + grant.text() + ".");
  }
  return schema;
}

// The lock that run_maintenance() and run_maintenance_proc() of all its versions try to take.
bool hold_partman_maintenance() {
  return pg::to_bool(pg::query(Sql("SELECT pg_try_advisory_xact_lock("
                                   "hashtext('pg_partman run_maintenance'))"))
                         .front()[0]);
}

std::vector<PartmanRow> load_partman_rows(const Identifier& schema, std::optional<Oid> table) {
  Sql sql(
      "SELECT c.parent_table, coalesce(k.oid::regclass::text, c.parent_table),"
      "       k.oid, c.automatic_maintenance = 'on',"
      "       EXISTS (SELECT FROM ");
  sql << schema
      << ".part_config_sub s WHERE s.sub_parent = c.parent_table),"
         "       (SELECT h.inhparent::regclass::text FROM pg_catalog.pg_inherits h"
         "         WHERE h.inhrelid = k.oid ORDER BY h.inhseqno LIMIT 1),"
         "       EXISTS (SELECT FROM pg_catalog.pg_inherits h"
         "                 JOIN pg_catalog.pg_class a ON a.oid = h.inhparent"
         "                 JOIN pg_catalog.pg_namespace m ON m.oid = a.relnamespace"
         "                 JOIN "
      << schema
      << ".part_config_sub s ON s.sub_parent = m.nspname || '.' || a.relname"
         "                WHERE h.inhrelid = k.oid)"
         "  FROM "
      << schema
      << ".part_config c"
         "  LEFT JOIN (pg_catalog.pg_class k"
         "             JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace)"
         "    ON n.nspname = split_part(c.parent_table, '.', 1)"
         "   AND k.relname = split_part(c.parent_table, '.', 2)"
         " WHERE CASE WHEN $1 IS NOT NULL THEN k.oid = $1::oid"
         "            ELSE k.oid IS NULL OR pg_has_role(k.relowner, 'USAGE') END"
         " ORDER BY coalesce(k.relispartition, false), c.parent_table";
  std::vector<PartmanRow> result;
  for (const auto& row : pg::query(sql, {table ? pg::from_oid(*table) : pg::Value()})) {
    result.push_back({*row[0], *row[1], row[2] ? std::optional(pg::to_oid(row[2])) : std::nullopt,
                      pg::to_bool(row[4]), pg::to_bool(row[3]), row[5], pg::to_bool(row[6])});
  }
  return result;
}

PartmanSet describe_partman_set(const Identifier& schema, const PartmanRow& row,
                                const ParentFacts& facts) {
  PartmanSet set(facts.parent.name);
  set.settings = load_settings(schema, row);
  set.root = row.root;
  set.is_subpartitioned = row.is_subpartitioned;
  describe(set, facts);
  if (!set.is_subpartitioned) return set;
  set.has_deeper_levels = has_deeper_levels(schema, facts.parent.oid);
  if (const auto partition = partitioned_partition(facts.parent.oid)) {
    const ParentFacts facts_below = read_parent(*partition);
    PartmanSet& below = set.below.emplace_back(facts_below.parent.name);
    below.settings = load_settings_below(schema, row);
    describe(below, facts_below);
  }
  return set;
}

std::optional<Oid> partitioned_partition(Oid table) {
  const Rows rows = pg::query(Sql("SELECT k.oid FROM pg_catalog.pg_inherits h"
                                  "  JOIN pg_catalog.pg_class k ON k.oid = h.inhrelid"
                                  " WHERE h.inhparent = $1::oid AND k.relkind = 'p'"
                                  " ORDER BY k.relname DESC, k.oid LIMIT 1"),
                              {pg::from_oid(table)});
  if (rows.empty()) return std::nullopt;
  return pg::to_oid(rows.front()[0]);
}

Oid table_of(const std::string& name) {
  return pg::to_oid(pg::query(Sql("SELECT $1::regclass::oid"), {name}).front()[0]);
}

Oid function_of(const std::string& signature) {
  return pg::to_oid(pg::query(Sql("SELECT $1::regprocedure::oid"), {signature}).front()[0]);
}

std::vector<std::string> likely_zones() {
  const Rows rows = pg::query(
      Sql("SELECT setting, reset_val FROM pg_catalog.pg_settings WHERE name = 'TimeZone'"));
  std::vector<std::string> zones;
  for (const std::string& zone : {*rows.front()[0], *rows.front()[1], std::string("UTC")}) {
    if (std::find(zones.begin(), zones.end(), zone) == zones.end()) zones.push_back(zone);
  }
  return zones;
}

Sql switching_off(const Identifier& schema, const std::string& parent_table) {
  Sql sql("UPDATE ");
  sql << schema << ".part_config SET automatic_maintenance = 'off' WHERE parent_table = "
      << Literal{parent_table};
  return sql;
}

void switch_off_partitions(const Identifier& schema, Oid table) {
  Sql sql("UPDATE ");
  sql << schema << ".part_config SET automatic_maintenance = 'off' WHERE parent_table IN ("
      << names_below() << ")";
  pg::execute(sql, {pg::from_oid(table)});
}

}  // namespace pgscale::catalog
