#include "catalog/index_details.h"

#include <algorithm>

#include "shim/definitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;
using pg::Value;

bool same(const Value& left, Oid left_table, const Value& right, Oid right_table) {
  if (!left || !right) return left.has_value() == right.has_value();
  return pg::call(pgs_same_expression, left->c_str(), left_table, right->c_str(), right_table);
}

Backing to_backing(const std::string& letter) {
  if (letter == "p") return Backing::kPrimaryKey;
  if (letter == "u") return Backing::kUnique;
  return letter == "x" ? Backing::kExclusion : Backing::kNone;
}

}  // namespace

bool alike(const Shape& wish, const Shape& index) {
  return wish.words == index.words &&
         same(wish.expressions, wish.table, index.expressions, index.table) &&
         same(wish.predicate, wish.table, index.predicate, index.table);
}

Rows query_details(const Value& tables, const Value& indexes) {
  return pg::query_often(
      Sql("SELECT i.indexrelid, i.indrelid, n.nspname, c.relname, i.indisvalid, i.indisunique,"
          "       coalesce((SELECT string_agg(quote_ident(o.option_name) || '='"
          "                                   || quote_literal(o.option_value), ', ')"
          "                   FROM pg_options_to_table(c.reloptions) o), ''),"
          "       k.oid, coalesce(k.contype::text, ''), coalesce(k.conname, ''),"
          "       coalesce(k.condeferrable, false), coalesce(k.condeferred, false),"
          "       concat_ws('|', c.relam, i.indisunique, i.indisexclusion, i.indnkeyatts,"
          "                 i.indnullsnotdistinct, i.indclass, i.indcollation, i.indoption,"
          "                 (SELECT string_agg(coalesce(quote_ident(a.attname), ''), ','"
          "                                    ORDER BY s.ord)"
          "                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS s (attnum, ord)"
          "                    LEFT JOIN pg_catalog.pg_attribute a"
          "                         ON a.attrelid = i.indrelid AND a.attnum = s.attnum),"
          "                 k.conexclop),"
          "       i.indexprs::text, i.indpred::text"
          "  FROM (SELECT indexrelid FROM unnest($1::oid[]) AS l (oid)"
          "          JOIN pg_catalog.pg_index ON indrelid = l.oid"
          "        UNION SELECT unnest($2::oid[])) AS x"
          "  JOIN pg_catalog.pg_index i ON i.indexrelid = x.indexrelid"
          "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          "  LEFT JOIN pg_catalog.pg_constraint k"
          "       ON k.conrelid = i.indrelid AND k.conindid = i.indexrelid"
          "      AND k.contype IN ('p', 'u', 'x')"
          " ORDER BY i.indrelid, i.indexrelid"),
      {tables, indexes});
}

Shape to_shape(const std::vector<Value>& row) {
  return {to_oid(row[1]), *row[12], row[13], row[14]};
}

IndexWish to_wish(const std::vector<Value>& row) {
  IndexWish wish{to_oid(row[0]), {Identifier(*row[2]), Identifier(*row[3])}};
  wish.unique = to_bool(row[5]);
  wish.options = *row[6];
  wish.backing = to_backing(*row[8]);
  wish.constraint = *row[9];
  wish.deferrable = to_bool(row[10]);
  wish.initially_deferred = to_bool(row[11]);
  return wish;
}

bool comes_from_parent(const ShapedIndex& index, const std::vector<ShapedIndex>& of_parent) {
  return std::any_of(of_parent.begin(), of_parent.end(), [&index](const ShapedIndex& other) {
    const bool both_primary =
        index.wish.backing == Backing::kPrimaryKey && other.wish.backing == Backing::kPrimaryKey;
    return both_primary || alike(index.shape, other.shape);
  });
}

}  // namespace pgscale::catalog
