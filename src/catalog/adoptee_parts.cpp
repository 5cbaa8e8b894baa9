#include <map>

#include "catalog/adoptee.h"
#include "core/statements.h"
#include "pg/query.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

// A btree of bare columns in their usual order: one that ADD PRIMARY KEY USING INDEX takes.
constexpr char kIndexes[] =
    "SELECT i.indexrelid, c.relname, i.indisprimary, i.indisunique, k.oid IS NOT NULL,"
    "       i.indisexclusion, NOT i.indimmediate, i.indisvalid,"
    "       m.amname = 'btree' AND i.indexprs IS NULL AND i.indpred IS NULL"
    "         AND 0 = ALL (i.indoption::int2[])"
    "         AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) o (oid)"
    "                           JOIN pg_catalog.pg_opclass p ON p.oid = o.oid"
    "                          WHERE NOT p.opcdefault),"
    "       EXISTS (SELECT FROM pg_catalog.pg_index t"
    "                WHERE t.indrelid = i.indrelid AND t.indexrelid <> i.indexrelid"
    "                  AND t.indisunique = i.indisunique AND t.indkey::text = i.indkey::text"
    "                  AND t.indnkeyatts = i.indnkeyatts AND t.indclass::text = i.indclass::text"
    "                  AND t.indcollation::text = i.indcollation::text"
    "                  AND pg_get_expr(t.indexprs, t.indrelid)"
    "                      IS NOT DISTINCT FROM pg_get_expr(i.indexprs, i.indrelid)"
    "                  AND pg_get_expr(t.indpred, t.indrelid)"
    "                      IS NOT DISTINCT FROM pg_get_expr(i.indpred, i.indrelid)),"
    "       i.indisreplident, coalesce(t.spcname, '')"
    "  FROM pg_catalog.pg_index i"
    "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    "  JOIN pg_catalog.pg_am m ON m.oid = c.relam"
    "  LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace"
    "  LEFT JOIN pg_catalog.pg_constraint k"
    "         ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', "
    "'x')"
    " WHERE i.indrelid = $1::oid ORDER BY i.indexrelid";

void read_index_columns(Adoptee& table, const std::map<Oid, AdopteeIndex*>& by_oid) {
  const Rows rows = pg::query(
      Sql("SELECT i.indexrelid, a.attname, k.ord <= i.indnkeyatts"
          "  FROM pg_catalog.pg_index i,"
          "       unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, ord)"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid AND a.attnum = k.attnum"
          " WHERE i.indrelid = $1::oid AND k.attnum > 0 ORDER BY i.indexrelid, k.ord"),
      {pg::from_oid(table.oid)});
  for (const auto& row : rows) {
    const auto index = by_oid.find(to_oid(row[0]));
    if (index == by_oid.end()) continue;  // made since the other query
    (to_bool(row[2]) ? index->second->columns : index->second->included).push_back(*row[1]);
    if (to_bool(row[2]) && *row[1] == table.key) index->second->holds_key = true;
  }
}

void read_index_options(Adoptee& table, const std::map<Oid, AdopteeIndex*>& by_oid) {
  const Rows rows =
      pg::query(Sql("SELECT i.indexrelid, o.option_name, o.option_value FROM pg_catalog.pg_index i"
                    "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid,"
                    "       pg_options_to_table(c.reloptions) o"
                    " WHERE i.indrelid = $1::oid ORDER BY 1, 2"),
                {pg::from_oid(table.oid)});
  for (const auto& row : rows) {
    const auto index = by_oid.find(to_oid(row[0]));
    if (index != by_oid.end()) index->second->options.emplace_back(*row[1], row[2].value_or(""));
  }
}

void read_references(Adoptee& table) {
  const Rows rows =
      pg::query(Sql("SELECT k.conname, k.confrelid, n.nspname, c.relname, k.convalidated,"
                    "       pg_get_constraintdef(k.oid)"
                    "  FROM pg_catalog.pg_constraint k"
                    "  JOIN pg_catalog.pg_class c ON c.oid = k.confrelid"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE k.conrelid = $1::oid AND k.contype = 'f' AND k.confrelid <> k.conrelid"
                    "   AND k.conparentid = 0"
                    " ORDER BY k.confrelid, k.conname"),
                {pg::from_oid(table.oid)});
  for (const auto& row : rows) {
    table.references.push_back({*row[0],
                                to_oid(row[1]),
                                {Identifier(*row[2]), Identifier(*row[3])},
                                to_bool(row[4]),
                                *row[5]});
  }
}

void read_referrers(Adoptee& table) {
  const Rows rows =
      pg::query(Sql("SELECT k.conname, n.nspname, c.relname,"
                    "       EXISTS (SELECT FROM pg_catalog.pg_attribute a"
                    "                WHERE a.attrelid = $1::oid AND a.attname = $2"
                    "                  AND a.attnum = ANY (k.confkey))"
                    "  FROM pg_catalog.pg_constraint k"
                    "  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
                    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE k.confrelid = $1::oid AND k.contype = 'f' AND k.conparentid = 0"
                    " ORDER BY n.nspname, c.relname, k.conname"),
                {pg::from_oid(table.oid), table.key});
  for (const auto& row : rows) {
    table.referrers.push_back(
        {*row[0], {Identifier(*row[1]), Identifier(*row[2])}, to_bool(row[3])});
  }
}

TriggerState to_trigger_state(const std::string& letter) {
  if (letter == "R") return TriggerState::kReplica;
  if (letter == "A") return TriggerState::kAlways;
  return letter == "D" ? TriggerState::kDisabled : TriggerState::kOrigin;
}

}  // namespace

void read_indexes(Adoptee& table) {
  const Rows rows = pg::query(Sql(kIndexes), {pg::from_oid(table.oid)});
  table.indexes.reserve(rows.size());
  std::map<Oid, AdopteeIndex*> by_oid;
  for (const auto& row : rows) {
    table.indexes.push_back({*row[1],
                             to_bool(row[2]),
                             to_bool(row[3]),
                             to_bool(row[4]),
                             to_bool(row[5]),
                             to_bool(row[6]),
                             to_bool(row[7]),
                             to_bool(row[8]),
                             false,
                             to_bool(row[9]),
                             to_bool(row[10]),
                             {},
                             {},
                             *row[11],
                             {}});
    by_oid[to_oid(row[0])] = &table.indexes.back();
  }
  read_index_columns(table, by_oid);
  read_index_options(table, by_oid);
}

void read_constraints(Adoptee& table) {
  // NOT NULL is a constraint of its own from server 18 on.
  const Rows rows = pg::query(Sql("SELECT conname, convalidated, NOT connoinherit, contype = 'n'"
                                  "  FROM pg_catalog.pg_constraint"
                                  " WHERE conrelid = $1::oid"
                                  "   AND (contype = 'c' AND conname <> $2"
                                  "        OR contype = 'n' AND (NOT convalidated OR connoinherit))"
                                  " ORDER BY conname"),
                              {pg::from_oid(table.oid), kGuardName});
  for (const auto& row : rows) {
    auto& constraints = to_bool(row[3]) ? table.not_nulls : table.checks;
    constraints.push_back({*row[0], to_bool(row[1]), to_bool(row[2])});
  }
  read_references(table);
  read_referrers(table);
}

// tgtype: bit 0 is FOR EACH ROW, bit 1 BEFORE. PL/pgSQL assigns by :=, by = where a statement
// begins, and by INTO.
void read_triggers(Adoptee& table) {
  const Rows rows = pg::query(Sql(R"(SELECT t.tgname, t.tgtype & 1 <> 0, t.tgtype & 2 <> 0,
                    t.tgoldtable IS NOT NULL OR t.tgnewtable IS NOT NULL,
                    p.prosrc ~* replace(E'\\mnew\\s*\\.\\s*"?KEY"?\\s*:='
                        || E'|(^|;|\\m(then|else|begin|loop))\\s*new\\s*\\.\\s*"?KEY"?\\s*='
                        || E'|\\minto\\s+(strict\\s+)?([\\w."]+\\s*,\\s*)*new\\s*\\.\\s*"?KEY\\M',
                        'KEY', regexp_replace($2, E'(\\W)', E'\\\\\\1', 'g')),
                    has_function_privilege(c.relowner, p.oid, 'EXECUTE'), l.lanname <> 'plpgsql', t.tgenabled, pg_get_triggerdef(t.oid),
                    obj_description(t.oid, 'pg_trigger')
               FROM pg_catalog.pg_trigger t
               JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
               JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
               JOIN pg_catalog.pg_language l ON l.oid = p.prolang
              WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal ORDER BY t.tgname)"),
                              {pg::from_oid(table.oid), table.key});
  for (const auto& row : rows) {
    table.triggers.push_back({*row[0], to_bool(row[1]), to_bool(row[2]), to_bool(row[3]),
                              to_bool(row[4]), to_bool(row[5]), to_bool(row[6]),
                              to_trigger_state(*row[7]), *row[8], row[9]});
  }
}

void read_policies(Adoptee& table) {
  const Rows rows =
      pg::query(Sql("SELECT p.oid, p.polname, p.polpermissive, p.polcmd,"
                    "       coalesce(pg_get_expr(p.polqual, p.polrelid), ''),"
                    "       coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''),"
                    "       obj_description(p.oid, 'pg_policy'), coalesce(r.rolname, '')"
                    "  FROM pg_catalog.pg_policy p, unnest(p.polroles) AS o (oid)"
                    "  LEFT JOIN pg_catalog.pg_roles r ON r.oid = o.oid"
                    " WHERE p.polrelid = $1::oid ORDER BY p.polname, 8"),
                {pg::from_oid(table.oid)});
  std::string last;
  for (const auto& row : rows) {
    if (table.policies.empty() || last != *row[0]) {
      table.policies.push_back(
          {*row[1], to_bool(row[2]), row[3]->front(), {}, *row[4], *row[5], row[6]});
    }
    table.policies.back().roles.push_back(*row[7]);
    last = *row[0];
  }
}

void read_sequences(Adoptee& table) {
  const Rows rows = pg::query(
      Sql("SELECT s.oid, n.nspname, s.relname, a.attname, d.deptype = 'i',"
          "       s.relowner = c.relowner AND s.relnamespace = c.relnamespace,"
          "       EXISTS (SELECT FROM pg_catalog.pg_depend u"
          "                WHERE u.refclassid = 'pg_class'::regclass AND u.refobjid = s.oid"
          "                  AND NOT (u.classid = 'pg_type'::regclass AND u.deptype = 'i')),"
          "       obj_description(s.oid, 'pg_class')"
          "  FROM pg_catalog.pg_depend d"
          "  JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace"
          "  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid"
          " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
          "   AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i') ORDER BY a.attnum"),
      {pg::from_oid(table.oid)});
  for (const auto& row : rows) {
    const Oid sequence = to_oid(row[0]);
    table.sequences.push_back({sequence,
                               {Identifier(*row[1]), Identifier(*row[2])},
                               *row[3],
                               to_bool(row[4]),
                               to_bool(row[5]),
                               to_bool(row[6]),
                               read_grants(sequence),
                               row[7]});
  }
}

}  // namespace pgscale::catalog
