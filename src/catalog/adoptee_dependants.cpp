#include <cctype>
#include <map>

#include "catalog/adoptee.h"
#include "pg/query.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

// Everything that pg_depend knows to refer to the table, its row type or its constraints and that
// is neither a part of the table nor a foreign key: what is not known here is found all the same.
constexpr char kDependants[] =
    "WITH meant (classid, objid, reason) AS ("
    "    VALUES ('pg_class'::regclass::oid, $1::oid, 1)"
    "    UNION ALL "
    "    SELECT 'pg_type'::regclass, unnest(ARRAY[oid, typarray]), 2 FROM pg_catalog.pg_type"
    "     WHERE typrelid = $1::oid"
    "    UNION ALL "
    "    SELECT 'pg_constraint'::regclass, oid, 3 FROM pg_catalog.pg_constraint"
    "     WHERE conrelid = $1::oid),"
    " dependant AS ("
    "    SELECT d.classid, d.objid, max(d.objsubid) AS objsubid, max(m.reason) AS reason"
    "      FROM meant m"
    "      JOIN pg_catalog.pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid"
    "     WHERE d.deptype <> 'i' AND (d.classid, d.objid) <> ('pg_class'::regclass, $1::oid)"
    "     GROUP BY d.classid, d.objid)"
    "SELECT CASE WHEN v.relkind = 'v' AND w.rulename = '_RETURN' THEN 'view'"
    "            WHEN v.relkind = 'm' THEN 'materialized view'"
    "            WHEN v.oid IS NOT NULL THEN 'rule'"
    "            WHEN p.prosqlbody IS NOT NULL THEN 'function'"
    "            WHEN y.oid IS NOT NULL THEN 'policy' ELSE 'other' END,"
    "       d.reason, coalesce(v.oid, d.objid),"
    "       CASE WHEN v.relkind = 'm' OR v.relkind = 'v' AND w.rulename = '_RETURN'"
    "            THEN format('%I.%I', n.nspname, v.relname)"
    "            WHEN v.oid IS NOT NULL"
    "            THEN format('%I on %I.%I', w.rulename, n.nspname, v.relname)"
    "            WHEN p.prosqlbody IS NOT NULL THEN p.oid::regprocedure::text"
    "            WHEN y.oid IS NOT NULL THEN format('%I on %s', y.polname, y.polrelid::regclass)"
    "            ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END,"
    "       n.nspname, v.relname,"
    "       coalesce(v.relpersistence, 'p') <> 't'"
    "         AND pg_has_role(t.relowner, coalesce(v.relowner, p.proowner), 'USAGE')"
    "         AND has_schema_privilege(t.relowner, coalesce(v.relnamespace, p.pronamespace),"
    "                                  'CREATE'),"
    "       CASE WHEN v.relkind = 'v' AND w.rulename = '_RETURN' THEN pg_get_viewdef(v.oid)"
    "            WHEN p.prosqlbody IS NOT NULL THEN pg_get_functiondef(p.oid) END"
    "  FROM dependant d"
    "  JOIN pg_catalog.pg_class t ON t.oid = $1::oid"
    "  LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid"
    "  LEFT JOIN pg_catalog.pg_class v ON v.oid = w.ev_class"
    "  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace"
    "  LEFT JOIN pg_catalog.pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid"
    "  LEFT JOIN pg_catalog.pg_policy y ON d.classid = 'pg_policy'::regclass AND y.oid = d.objid"
    " WHERE CASE d.classid"
    "       WHEN 'pg_class'::regclass"
    "       THEN NOT EXISTS (SELECT FROM pg_catalog.pg_class c"
    "                         WHERE c.oid = d.objid AND c.relkind IN ('i', 'I', 'S', 't'))"
    "            AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h"
    "                             WHERE h.inhrelid = d.objid AND h.inhparent = $1::oid)"
    "       WHEN 'pg_attrdef'::regclass"
    "       THEN NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef a"
    "                         WHERE a.oid = d.objid AND a.adrelid = $1::oid)"
    "       WHEN 'pg_constraint'::regclass"
    "       THEN NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k"
    "                         WHERE k.oid = d.objid AND (k.conrelid = $1::oid OR k.contype = 'f'))"
    "       WHEN 'pg_trigger'::regclass"
    "       THEN NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g"
    "                         WHERE g.oid = d.objid AND (g.tgrelid = $1::oid OR g.tgisinternal))"
    "       WHEN 'pg_policy'::regclass THEN y.polrelid IS DISTINCT FROM $1::oid"
    "       WHEN 'pg_statistic_ext'::regclass"
    "       THEN NOT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext x"
    "                         WHERE x.oid = d.objid AND x.stxrelid = $1::oid)"
    "       WHEN 'pg_publication_rel'::regclass THEN false"
    "       ELSE true END"
    " ORDER BY 1, 4";

Dependant::Kind to_kind(const std::string& word) {
  static const std::map<std::string, Dependant::Kind> kWords = {
      {"view", Dependant::Kind::kView},
      {"materialized view", Dependant::Kind::kMaterializedView},
      {"rule", Dependant::Kind::kRule},
      {"function", Dependant::Kind::kFunction},
      {"policy", Dependant::Kind::kPolicy}};
  const auto found = kWords.find(word);
  return found == kWords.end() ? Dependant::Kind::kOther : found->second;
}

Dependant::Reason to_reason(std::int64_t number) {
  if (number == 2) return Dependant::Reason::kRowType;
  return number == 3 ? Dependant::Reason::kConstraint : Dependant::Reason::kTable;
}

bool has_word(const std::string& text, const std::string& word) {
  auto is_part = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]))) {
      return true;
    }
  }
  return false;
}

Options view_options(Oid view) {
  const Rows rows =
      pg::query(Sql("SELECT o.option_name, o.option_value"
                    "  FROM pg_catalog.pg_class c, pg_options_to_table(c.reloptions) o"
                    " WHERE c.oid = $1::oid ORDER BY 1"),
                {pg::from_oid(view)});
  Options options;
  for (const auto& row : rows) options.emplace_back(*row[0], row[1].value_or("true"));
  return options;
}

// pg_get_viewdef() ends its text as a statement, which it is not within CREATE VIEW.
std::string without_semicolon(std::string text) {
  if (!text.empty() && text.back() == ';') text.pop_back();
  return text;
}

std::vector<std::string> published_columns(Oid table, const std::string& publication) {
  const Rows rows = pg::query(
      Sql("SELECT a.attname FROM pg_catalog.pg_publication p"
          "  JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = $1::oid,"
          "       unnest(r.prattrs::int2[]) AS k (attnum)"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid AND a.attnum = k.attnum"
          " WHERE p.pubname = $2 ORDER BY a.attnum"),
      {pg::from_oid(table), publication});
  std::vector<std::string> columns;
  for (const auto& row : rows) columns.push_back(*row[0]);
  return columns;
}

}  // namespace

void read_dependants(Adoptee& table) {
  for (const auto& row : pg::query(Sql(kDependants), {pg::from_oid(table.oid)})) {
    Dependant found{to_kind(*row[0]),
                    to_reason(pg::to_int(row[1])),
                    to_oid(row[2]),
                    *row[3],
                    std::nullopt,
                    row[6] && to_bool(row[6]),
                    false,
                    "",
                    {}};
    if (row[7]) found.definition = *row[7];
    found.says_only = has_word(found.definition, "ONLY");
    if (found.kind == Dependant::Kind::kView) {
      found.name.emplace(QualifiedName{Identifier(*row[4]), Identifier(*row[5])});
      found.definition = without_semicolon(found.definition);
      found.options = view_options(found.oid);
    }
    table.dependants.push_back(std::move(found));
  }
}

void read_publications(Adoptee& table) {
  const Rows rows = pg::query(
      Sql("SELECT p.pubname, p.pubowner, r.oid IS NOT NULL,"
          "       o.rolsuper OR pg_has_role(p.pubowner, c.relowner, 'USAGE'), p.pubviaroot,"
          "       r.prattrs IS NOT NULL, coalesce(pg_get_expr(r.prqual, r.prrelid), '')"
          "  FROM pg_catalog.pg_publication p"
          "  JOIN pg_catalog.pg_roles o ON o.oid = p.pubowner"
          "  JOIN pg_catalog.pg_class c ON c.oid = $1::oid"
          "  LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid"
          " WHERE r.oid IS NOT NULL OR p.puballtables"
          "    OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace s"
          "                WHERE s.pnpubid = p.oid AND s.pnnspid = c.relnamespace)"
          " ORDER BY p.pubname"),
      {pg::from_oid(table.oid)});
  for (const auto& row : rows) {
    table.publications.push_back({*row[0], to_oid(row[1]), to_bool(row[2]), to_bool(row[3]),
                                  to_bool(row[4]), std::nullopt, *row[6]});
    if (to_bool(row[5])) {
      table.publications.back().columns = published_columns(table.oid, *row[0]);
    }
  }
}

}  // namespace pgscale::catalog
