#include "catalog/template_tables.h"

#include "catalog/index_details.h"
#include "catalog/sharded_tables.h"
#include "core/failure.h"
#include "pg/query.h"
#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

constexpr char kOtherTemplate[] =
    "Change it, or give the set another template with pgscale.alter_parent().";

// A column that an index of the template needs and the set has not, or has otherwise. Columns of
// expressions and predicates are in pg_depend alone.
std::optional<Failure> unfit_column(Oid table, const std::string& name, const ParentFacts& facts) {
  const Rows rows = pg::query(
      Sql("SELECT x.relname, t.attname,"
          "       CASE WHEN a.attnum IS NULL THEN 'missing'"
          "            WHEN a.attgenerated = 'v' THEN 'virtual' ELSE 'other' END"
          "  FROM pg_catalog.pg_index i"
          "  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
          "  JOIN pg_catalog.pg_attribute t ON t.attrelid = i.indrelid AND t.attnum > 0"
          "   AND (t.attnum = ANY (i.indkey::int2[])"
          "        OR EXISTS (SELECT FROM pg_catalog.pg_depend d"
          "                    WHERE d.classid = 'pg_catalog.pg_class'::regclass"
          "                      AND d.objid = i.indexrelid"
          "                      AND d.refclassid = 'pg_catalog.pg_class'::regclass"
          "                      AND d.refobjid = i.indrelid AND d.refobjsubid = t.attnum))"
          "  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = $2::oid"
          "   AND a.attname = t.attname AND a.attnum > 0 AND NOT a.attisdropped"
          " WHERE i.indrelid = $1::oid AND i.indisvalid"
          "   AND (a.attnum IS NULL OR a.atttypid <> t.atttypid OR a.attcollation <> t.attcollation"
          "        OR a.attgenerated = 'v')"
          " ORDER BY i.indexrelid, t.attnum LIMIT 1"),
      {pg::from_oid(table), pg::from_oid(facts.parent.oid)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  const std::string column =
      "column \"" + *row[1] + "\" of index \"" + *row[0] + "\" of template \"" + name + "\" ";
  const std::string set = " table \"" + facts.parent.name.name.name() + "\"";
  if (*row[2] == "missing") {
    return Failure(Problem::kUndefinedColumn, column + "does not exist in" + set, {},
                   kOtherTemplate);
  }
  if (*row[2] == "virtual") {
    return Failure(Problem::kNotSupported, column + "is a virtual column in" + set, {},
                   kOtherTemplate);
  }
  return Failure(Problem::kInvalidDefinition, column + "has another type or collation in" + set, {},
                 kOtherTemplate);
}

// Of another table the row is of another type, so LIKE refuses it, too.
std::optional<Failure> whole_row(Oid table, const std::string& name) {
  const Rows rows = pg::query(Sql("SELECT x.relname FROM pg_catalog.pg_index i"
                                  "  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
                                  " WHERE i.indrelid = $1::oid AND i.indisvalid"
                                  "   AND concat(i.indexprs, i.indpred) LIKE '%:varattno 0 %'"
                                  " ORDER BY i.indexrelid LIMIT 1"),
                              {pg::from_oid(table)});
  if (rows.empty()) return std::nullopt;
  return Failure(
      Problem::kNotSupported,
      "index \"" + *rows.front()[0] + "\" of template \"" + name + "\" refers to the whole row", {},
      kOtherTemplate);
}

// In the name of the owner of the set is not done what somebody else wrote.
std::optional<Failure> trouble_of(const std::vector<pg::Value>& row, Oid table,
                                  const ParentFacts& facts) {
  const std::string& name = *row[0];
  const std::string set = "table \"" + facts.parent.name.name.name() + "\"";
  if (!to_bool(row[1])) {
    return Failure(Problem::kWrongObjectType, "template \"" + name + "\" is not a plain table",
                   "A partitioned, foreign or temporary table, a partition, or what is no table "
                   "can be no template.");
  }
  if (!to_bool(row[2])) {
    return Failure(Problem::kInsufficientPrivilege,
                   "template \"" + name + "\" must belong to the owner of " + set, {},
                   "Use ALTER TABLE ... OWNER TO.");
  }
  if (find_sharded(facts.parent.oid)) {
    return Failure(Problem::kNotSupported, set + " is on shards, and can have no template");
  }
  auto trouble = unfit_column(table, name, facts);
  return trouble ? trouble : whole_row(table, name);
}

std::optional<std::vector<pg::Value>> find_table(Oid table, const ParentFacts& facts) {
  const Rows rows = pg::query(
      Sql("SELECT relname, relkind = 'r' AND relpersistence <> 't' AND NOT relispartition,"
          "       relowner = $2::oid"
          "  FROM pg_catalog.pg_class WHERE oid = $1::oid"),
      {pg::from_oid(table), pg::from_oid(facts.owner)});
  return rows.empty() ? std::nullopt : std::optional(rows.front());
}

// Empty while somebody holds a strong lock on the template.
std::optional<TemplateIndex> define(const IndexWish& index, const pg::Value& constraint) {
  TemplateIndex defined{index.unique};
  const char* text = pg::call(pgs_index_definition, index.oid);
  if (text == nullptr) return std::nullopt;
  defined.definition = text;
  if (!constraint) return defined;
  text = pg::call(pgs_whole_constraint_definition, to_oid(constraint));
  if (text == nullptr) return std::nullopt;
  defined.constraint = text;
  return defined;
}

void read_indexes(IndexTemplate& wish, const std::string& name, const ParentFacts& facts) {
  const Oid parent = facts.parent.oid;
  const Rows rows =
      query_details(pg::array_literal(std::vector<Oid>{wish.table, parent}), std::nullopt);
  std::vector<ShapedIndex> of_parent;
  for (const auto& row : rows) {
    if (to_oid(row[1]) == parent) of_parent.push_back({to_wish(row), to_shape(row)});
  }
  for (const auto& row : rows) {
    if (to_oid(row[1]) == parent || !to_bool(row[4])) continue;
    const ShapedIndex index{to_wish(row), to_shape(row)};
    if (comes_from_parent(index, of_parent)) continue;
    const auto defined = define(index.wish, row[7]);
    if (!defined) {
      wish.trouble =
          Failure(Problem::kLockNotAvailable, "could not obtain lock on template \"" + name + "\"",
                  {}, "Somebody is changing it. Try again when that has ended.");
      return;
    }
    wish.indexes.push_back(*defined);
  }
}

}  // namespace

void require_template(Oid table, const ParentFacts& facts) {
  const auto row = find_table(table, facts);
  if (!row) {
    throw Failure(Problem::kUndefinedTable,
                  "relation with OID " + std::to_string(table) + " does not exist");
  }
  if (const auto trouble = trouble_of(*row, table, facts)) throw Failure(*trouble);
}

IndexTemplate load_index_template(Oid table, const ParentFacts& facts) {
  const auto row = table == 0 ? std::nullopt : find_table(table, facts);
  if (!row) return {};
  IndexTemplate wish{table};
  wish.trouble = trouble_of(*row, table, facts);
  if (!wish.trouble) read_indexes(wish, *row->front(), facts);
  return wish;
}

}  // namespace pgscale::catalog
