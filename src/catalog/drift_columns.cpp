#include <map>
#include <set>

#include "catalog/drift_facts.h"
#include "catalog/parents.h"
#include "pg/query.h"
#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;
using pg::Value;

std::string storage_word(const std::string& letter) {
  if (letter == "p") return "PLAIN";
  if (letter == "e") return "EXTERNAL";
  return letter == "m" ? "MAIN" : "EXTENDED";
}

std::string compression_word(const std::string& letter) {
  if (letter == "p") return "pglz";
  return letter == "l" ? "lz4" : "";
}

std::string identity_word(const std::string& letter) {
  if (letter == "a") return "always";
  return letter == "d" ? "by default" : "";
}

std::string generated_word(const std::string& letter) {
  if (letter == "s") return "stored";
  return letter == "v" ? "virtual" : "";
}

// The columns that are not simply as those of their parent.
Rows query_columns(Oid parent, const std::string& partitions) {
  return pg::query_often(
      Sql("SELECT c.attrelid, p.attname, p.attnotnull, c.attnotnull,"
          "       p.attidentity, c.attidentity, p.attgenerated, c.attgenerated,"
          "       p.attstorage, c.attstorage, p.attcompression, c.attcompression,"
          "       coalesce(p.attstattarget, -1), coalesce(c.attstattarget, -1),"
          "       p.attacl IS NOT NULL OR c.attacl IS NOT NULL, p.atthasdef, c.atthasdef"
          "  FROM unnest($2::oid[]) AS l (oid)"
          "  JOIN pg_catalog.pg_attribute c ON c.attrelid = l.oid AND c.attnum > 0"
          "  JOIN pg_catalog.pg_attribute p ON p.attname = c.attname"
          " WHERE p.attrelid = $1::oid AND p.attnum > 0 AND NOT p.attisdropped"
          "   AND (p.attnotnull <> c.attnotnull OR p.attidentity <> c.attidentity"
          "        OR p.attgenerated <> c.attgenerated OR p.attstorage <> c.attstorage"
          "        OR p.attcompression <> c.attcompression"
          "        OR coalesce(p.attstattarget, -1) <> coalesce(c.attstattarget, -1)"
          "        OR p.atthasdef <> c.atthasdef OR p.attacl IS NOT NULL OR c.attacl IS NOT NULL)"
          " ORDER BY c.attrelid, p.attnum"),
      {pg::from_oid(parent), partitions});
}

void add_differences(PartitionFacts& facts, const std::vector<Value>& row) {
  auto add = [&](ColumnProperty property, const std::string& expected, const std::string& actual) {
    facts.columns.push_back({*row[1], property, expected, actual});
  };
  if (to_bool(row[2])) add(ColumnProperty::kNotNull, "NOT NULL", to_bool(row[3]) ? "NOT NULL" : "");
  add(ColumnProperty::kIdentity, identity_word(*row[4]), identity_word(*row[5]));
  add(ColumnProperty::kGenerated, generated_word(*row[6]), generated_word(*row[7]));
  add(ColumnProperty::kStorage, storage_word(*row[8]), storage_word(*row[9]));
  const std::string compression = compression_word(*row[10]);
  if (!compression.empty()) {
    add(ColumnProperty::kCompression, compression, compression_word(*row[11]));
  }
  if (*row[12] != "-1") add(ColumnProperty::kStatistics, *row[12], *row[13]);
}

// The grants on single columns belong to those on the table.
void add_column_grants(DriftTree& tree) {
  const Rows rows = pg::query_often(
      Sql("SELECT a.attrelid, coalesce(r.rolname, ''), g.privilege_type, a.attname,"
          "       g.is_grantable, g.grantor = c.relowner"
          "  FROM (SELECT unnest($1::oid[]) UNION SELECT unnest($2::oid[])) AS l (oid)"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = l.oid"
          "  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid,"
          "       aclexplode(a.attacl) g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee"
          " WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND g.grantee <> c.relowner"
          "   AND (g.grantee = 0 OR r.oid IS NOT NULL)"),
      {tree.parent_list(), tree.partition_list()});
  std::map<Oid, std::vector<GrantFact>> grants;
  for (const auto& row : rows) {
    const auto privilege = to_privilege(*row[2]);
    if (!privilege) continue;
    grants[to_oid(row[0])].push_back(
        {{*row[1], *privilege, *row[3], to_bool(row[4])}, to_bool(row[5])});
  }
  auto append = [&grants](TableFacts& table) {
    const auto& found = grants[table.oid];
    table.grants.insert(table.grants.end(), found.begin(), found.end());
  };
  for (auto& [oid, parent] : tree.parents()) append(parent);
  for (PartitionFacts& facts : tree.partitions()) append(facts.table);
}

// The defaults of columns, those of the same words together; how they read is another question. A
// generated column speaks of others, whose numbers may differ from table to table. A subquery for
// the names, because a join could be done in any order.
Rows query_defaults(const std::string& tables) {
  return pg::query_often(
      Sql("SELECT substr(d.named, 2), left(d.named, 1) = 'g', d.adbin,"
          "       string_agg(d.adrelid::text, ' ' ORDER BY d.adrelid)"
          "  FROM (SELECT adrelid, adbin::text,"
          "               (SELECT CASE WHEN a.attgenerated = '' THEN 'd' ELSE 'g' END || a.attname"
          "                  FROM pg_catalog.pg_attribute a"
          "                 WHERE a.attrelid = adrelid AND a.attnum = adnum) AS named"
          "          FROM unnest($1::oid[]) AS l (oid)"
          "          JOIN pg_catalog.pg_attrdef ON adrelid = l.oid OFFSET 0) d"
          " GROUP BY d.named, d.adbin, CASE WHEN left(d.named, 1) = 'g' THEN d.adrelid END"
          " ORDER BY d.named, min(d.adrelid)"),
      {tables});
}

// A default as SQL; empty where the column has none, or is generated.
std::string default_text(Oid table, const std::string& column) {
  const Rows rows = pg::query_often(
      Sql("SELECT pg_get_expr(d.adbin, 0)"  // 0: takes no lock
          "  FROM pg_catalog.pg_attribute a"
          "  JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
          " WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attgenerated = ''"),
      {pg::from_oid(table), column});
  return rows.empty() ? "" : *rows.front()[0];
}

std::vector<Oid> split(const std::string& words) {
  std::vector<Oid> oids;
  for (std::size_t from = 0; from < words.size();) {
    const std::size_t to = std::min(words.find(' ', from), words.size());
    oids.push_back(to_oid(words.substr(from, to - from)));
    from = to + 1;
  }
  return oids;
}

// Where both have one; that one has none the columns themselves tell.
void load_defaults(DriftTree& tree, Oid parent, const std::string& partitions) {
  std::map<std::string, std::string> wishes;
  for (const auto& row : query_defaults(pg::array_literal(std::vector<Oid>{parent})))
    wishes[*row[0]] = *row[2];
  if (wishes.empty()) return;
  for (const auto& row : query_defaults(partitions)) {
    const std::string& column = *row[0];
    const auto wish = wishes.find(column);
    if (wish == wishes.end() || wish->second == *row[2]) continue;
    const std::vector<Oid> alike = split(*row[3]);
    if (pg::call(pgs_same_expression, wish->second.c_str(), parent, row[2]->c_str(),
                 alike.front())) {
      continue;
    }
    ColumnFacts facts{column, ColumnProperty::kGenerated, "the parent's expression",
                      "another expression"};
    if (!to_bool(row[1])) {
      facts = {column, ColumnProperty::kDefault, default_text(parent, column),
               default_text(alike.front(), column)};
    }
    for (Oid partition : alike) tree.at(partition).columns.push_back(facts);
  }
}

}  // namespace

void load_columns(DriftTree& tree) {
  bool has_column_grants = false;
  for (const auto& [parent, partitions] : tree.partitions_by_parent()) {
    const std::string list = pg::array_literal(partitions);
    for (const auto& row : query_columns(parent, list)) {
      PartitionFacts& facts = tree.at(to_oid(row[0]));
      add_differences(facts, row);
      if (*row[15] != *row[16]) {
        facts.columns.push_back({*row[1], ColumnProperty::kDefault, default_text(parent, *row[1]),
                                 default_text(facts.table.oid, *row[1])});
      }
      has_column_grants = has_column_grants || to_bool(row[14]);
    }
    load_defaults(tree, parent, list);
  }
  if (has_column_grants) add_column_grants(tree);
}

}  // namespace pgscale::catalog
