#include "catalog/shapes.h"

namespace pgscale::catalog {
namespace {

using pg::to_bool;

// Rows of (place, what, seven values); the parts are joined with UNION ALL.
Sql wanted() {
  return Sql(
      "WITH wanted AS MATERIALIZED ("
      " SELECT w.place, c.* FROM unnest($1::text[], $2::text[])"
      "        WITH ORDINALITY AS w (schema_name, table_name, place)"
      "   JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name"
      "   JOIN (SELECT oid, relname, relnamespace, relkind, relowner, relacl, relpartbound,"
      "                reltuples FROM pg_catalog.pg_class) c"
      "     ON c.relnamespace = n.oid AND c.relname = w.table_name),"
      // "default" is whatever the database sorts by.
      " sorting AS (SELECT pg_catalog.format('default (%s, %s)', datlocprovider, datcollate) AS "
      "words"
      "               FROM pg_catalog.pg_database"
      "              WHERE datname = pg_catalog.current_database())"
      " SELECT w.place, 'relation', w.relkind::text,"
      "        EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = w.oid)::text,"
      "        pg_catalog.pg_get_expr(w.relpartbound, w.oid), n.nspname::text, p.relname::text,"
      "        CASE WHEN w.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(w.oid) END,"
      "        w.reltuples::float8::text"
      "   FROM wanted w"
      "   LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = w.oid AND w.relpartbound IS NOT NULL"
      "                                      AND NOT h.inhdetachpending"
      "   LEFT JOIN pg_catalog.pg_class p ON p.oid = h.inhparent"
      "   LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace");
}

Sql columns() {
  return Sql(
      " SELECT w.place, 'column', a.attname::text,"
      "        pg_catalog.format_type(a.atttypid, NULL),"
      "        pg_catalog.format_type(a.atttypid, a.atttypmod),"
      "        CASE WHEN l.collname = 'default' AND l.collnamespace = 'pg_catalog'::regnamespace"
      "             THEN (SELECT s.words FROM sorting s)"
      "             ELSE n.nspname || '.' || l.collname END,"
      "        a.attnotnull::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid),"
      "        CASE WHEN a.attgenerated <> '' THEN 'generated'"
      "             WHEN a.attidentity <> '' THEN 'identity'"
      "             WHEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ 'nextval\\(' THEN 'counted'"
      "             WHEN EXISTS (SELECT FROM pg_catalog.pg_depend s"
      "                           WHERE s.classid = 'pg_catalog.pg_attrdef'::regclass"
      "                             AND s.objid = d.oid"
      "                             AND s.refclassid IN ('pg_catalog.pg_proc'::regclass,"
      "                                                  'pg_catalog.pg_operator'::regclass))"
      "             THEN 'own'"
      "        END"
      "   FROM wanted w"
      "   JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0"
      "                                 AND NOT a.attisdropped"
      "   LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = w.oid AND d.adnum = a.attnum"
      "   LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation"
      "   LEFT JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace");
}

// NOT NULL is a matter of columns, though 18 keeps constraints for it.
Sql constraints() {
  return Sql(
      " SELECT w.place, 'constraint', k.conname::text, k.contype::text,"
      "        pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', "
      "''),"
      "        k.convalidated::text, NULL, NULL, NULL"
      "   FROM wanted w JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid"
      "  WHERE k.contype NOT IN ('n', 't')");
}

Sql indexes() {
  return Sql(
      " SELECT w.place, 'index', c.relname::text,"
      "        pg_catalog.substr(g.definition, pg_catalog.strpos(g.definition, ' USING ') + 1),"
      "        i.indisunique::text, i.indisvalid::text,"
      "        EXISTS (SELECT FROM pg_catalog.pg_constraint k"
      "                 WHERE k.conrelid = w.oid AND k.conindid = i.indexrelid)::text, NULL, NULL"
      "   FROM wanted w"
      "   JOIN pg_catalog.pg_index i ON i.indrelid = w.oid"
      "   JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
      "  CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_indexdef(i.indexrelid) AS definition"
      "                      OFFSET 0) g");
}

Sql privileges() {
  return Sql(
      " SELECT w.place, 'held', r.rolname::text, p.privilege, NULL, NULL, NULL, NULL, NULL"
      "   FROM wanted w"
      "  CROSS JOIN unnest($3::text[]) AS u (name)"
      "   JOIN pg_catalog.pg_roles r ON r.rolname = u.name"
      "  CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS p (privilege)"
      "  WHERE pg_catalog.has_table_privilege(r.oid, w.oid, p.privilege)"
      " UNION ALL"
      " SELECT w.place, 'granted', r.rolname::text, x.privilege_type, NULL, NULL, NULL, NULL, NULL"
      "   FROM wanted w"
      "  CROSS JOIN pg_catalog.aclexplode(w.relacl) x"
      "   JOIN pg_catalog.pg_roles r ON r.oid = x.grantee"
      "  WHERE r.rolname = ANY ($3::text[]) AND r.oid <> w.relowner");
}

void read_relation(const std::vector<pg::Value>& row, Shape& shape) {
  shape.kind = row[2]->front();
  shape.has_children = *row[3] == "true";
  shape.bound = row[4].value_or("");
  if (row[6]) shape.parent = QualifiedName{Identifier(*row[5]), Identifier(*row[6])};
  shape.partition_key = row[7].value_or("");
  shape.rows = pg::to_number(row[8]).value_or(-1);
}

ShapeColumn read_column(const std::vector<pg::Value>& row) {
  ShapeColumn column;
  column.name = *row[2];
  column.type = *row[3];
  column.full_type = *row[4];
  column.collation = row[5].value_or("");
  column.not_null = *row[6] == "true";
  column.expression = row[7].value_or("");
  column.is_generated = row[8] == "generated";
  column.is_identity = row[8] == "identity";
  column.counts_by_itself = column.is_identity || row[8] == "counted";
  column.has_own_function = row[8] == "own";
  return column;
}

}  // namespace

ShapeQuestion shape_question(const std::vector<QualifiedName>& relations,
                             const std::vector<std::string>& users) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  for (const QualifiedName& relation : relations) {
    schemas.push_back(relation.schema.name());
    names.push_back(relation.name.name());
  }
  Sql sql = wanted();
  sql << " UNION ALL" << columns() << " UNION ALL" << constraints() << " UNION ALL" << indexes()
      << " UNION ALL" << privileges();
  return {sql, {pg::array_literal(schemas), pg::array_literal(names), pg::array_literal(users)}};
}

Shapes read_shapes(const std::vector<std::vector<pg::Value>>& rows) {
  Shapes shapes;
  for (const auto& row : rows) {
    Shape& shape = shapes[static_cast<std::size_t>(pg::to_int(row[0])) - 1];
    const std::string& what = *row[1];
    if (what == "relation") {
      read_relation(row, shape);
    } else if (what == "column") {
      shape.columns.push_back(read_column(row));
    } else if (what == "constraint") {
      shape.constraints.push_back({*row[2], row[3]->front(), *row[4], *row[5] == "true"});
    } else if (what == "index") {
      shape.indexes.push_back(
          {*row[2], *row[3], *row[4] == "true", *row[5] == "true", *row[6] == "true"});
    } else if (what == "held") {
      shape.held[*row[2]].insert(*row[3]);
    } else {
      shape.granted[*row[2]].insert(*row[3]);
    }
  }
  return shapes;
}

}  // namespace pgscale::catalog
