#include "catalog/adoptions.h"

#include <tuple>

#include "catalog/storage_parameters.h"
#include "catalog/zones.h"
#include "core/adoption.h"
#include "core/failure.h"
#include "core/statements.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::Value;

Value from_moment(std::optional<Micros> moment) {
  return moment ? Value(timestamptz_text(*moment)) : Value();
}

auto wish_of(const AdoptionRow& row) {
  const PolicyRow& policy = row.policy;
  return std::tie(row.control, policy.interval, policy.premake, policy.origin, policy.retention,
                  policy.retire, policy.default_partition, policy.timezone, policy.naming,
                  policy.ahead, policy.encoding, policy.encoding_options, policy.encoder,
                  policy.decoder, row.boundary_asked);
}

std::vector<NamePair> to_pairs(const Rows& rows) {
  std::vector<NamePair> pairs;
  for (const auto& row : rows) pairs.push_back({*row[0], *row[1]});
  return pairs;
}

}  // namespace

bool is_same(const AdoptionRow& a, const AdoptionRow& b) { return wish_of(a) == wish_of(b); }

std::optional<AdoptionRow> load_adoption(Oid table) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query(
      Sql("SELECT control, \"interval\", premake, origin, retention, retire, default_partition,"
          "       timezone, naming, boundary_asked, boundary, parent::oid,"
          "       coalesce(definition, ''), key_index, ahead, encoding, encoding_options, encoder,"
          "       decoder"
          "  FROM pgscale.adoption WHERE relation = $1::oid"),
      {pg::from_oid(table)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  AdoptionRow found;
  found.control = *row[0];
  found.policy.interval = row[1];
  found.policy.premake = static_cast<int>(pg::to_int(row[2]));
  found.policy.origin = row[3];
  found.policy.retention = row[4];
  found.policy.retire = *row[5];
  found.policy.default_partition = pg::to_bool(row[6]);
  found.policy.timezone = *row[7];
  found.policy.naming = row[8];
  found.boundary_asked = row[9];
  found.boundary = row[10];
  if (row[11] && relation_exists(pg::to_oid(row[11]))) found.parent = pg::to_oid(row[11]);
  found.definition = *row[12];
  found.key_index = *row[13];
  found.policy.ahead = row[14];
  found.policy.encoding = row[15];
  found.policy.encoding_options = row[16];
  found.policy.encoder = row[17];
  found.policy.decoder = row[18];
  found.policy.storage_parameters = storage_parameters_of(table);
  return found;
}

AdoptionRow require_adoption(Oid table) {
  if (auto row = load_adoption(table)) return *row;
  throw Failure(
      Problem::kUndefinedObject,
      "table \"" + std::string(pg::call(pgs_relation_name, table)) + "\" is not being adopted");
}

void insert_adoption(Oid table, const AdoptionRow& row) {
  const auto acting = pg::Acting::as_extension();
  const PolicyRow& policy = row.policy;
  pg::execute(Sql("INSERT INTO pgscale.adoption (relation, control, \"interval\", premake, origin,"
                  "       retention, retire, default_partition, timezone, naming, boundary_asked,"
                  "       key_index, ahead, encoding, encoding_options, encoder, decoder)"
                  " VALUES ($1::oid, $2, $3, $4::int, $5, $6, $7, $8::bool, $9, $10, $11, $12,"
                  "         $13, $14, $15::jsonb, $16, $17)"),
              {pg::from_oid(table), row.control, policy.interval, pg::from_int(policy.premake),
               policy.origin, policy.retention, policy.retire, policy.default_partition ? "t" : "f",
               policy.timezone, policy.naming, row.boundary_asked, row.key_index, policy.ahead,
               policy.encoding, policy.encoding_options, policy.encoder, policy.decoder});
}

void delete_adoption(Oid table) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.adoption WHERE relation = $1::oid"), {pg::from_oid(table)});
}

void set_prepared(Oid table, Oid parent, const std::string& definition) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.adoption SET parent = $2::oid, definition = $3"
                  " WHERE relation = $1::oid"),
              {pg::from_oid(table), pg::from_oid(parent), definition});
}

void set_guarded(Oid table, const std::string& boundary, std::optional<Micros> until) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.adoption SET boundary = $2,"
                  "       guard_until = $3::timestamptz WHERE relation = $1::oid"),
              {pg::from_oid(table), boundary, from_moment(until)});
}

std::vector<Oid> guards_due(Micros policy_now) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query(
      Sql("SELECT a.relation::oid FROM pgscale.adoption a"
          "  JOIN pg_catalog.pg_constraint k ON k.conrelid = a.relation AND k.conname = $2"
          " WHERE a.boundary IS NOT NULL"
          "   AND (a.guard_until IS NULL OR a.guard_until <= $1::timestamptz) ORDER BY 1"),
      {timestamptz_text(policy_now), kGuardName});
  std::vector<Oid> tables;
  for (const auto& row : rows) tables.push_back(pg::to_oid(row[0]));
  return tables;
}

Visit next_look_at_guards() {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query(
      Sql("SELECT ")
          << micros_of("min(a.guard_until)")
          << ", count(*) FILTER (WHERE a.guard_until IS NULL)"
             "  FROM pgscale.adoption a"
             "  JOIN pg_catalog.pg_constraint k ON k.conrelid = a.relation AND k.conname = $1"
             " WHERE a.boundary IS NOT NULL",
      {kGuardName});
  Visit next;
  if (rows.front()[0]) next.due = pg::to_int(rows.front()[0]);
  if (pg::to_int(rows.front()[1]) > 0) {
    next.retry = pg::real_now() + pg::naptime().count() * kMicrosPerSecond;
  }
  return next;
}

bool has_partitions(Oid parent) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_inherits WHERE inhparent = $1::oid"),
                    {pg::from_oid(parent)})
              .empty();
}

std::optional<Oid> relation_named(const QualifiedName& name) {
  const Rows rows = pg::query(Sql("SELECT c.oid FROM pg_catalog.pg_class c"
                                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                  " WHERE n.nspname = $1 AND c.relname = $2"),
                              {name.schema.name(), name.name.name()});
  if (rows.empty()) return std::nullopt;
  return pg::to_oid(rows.front()[0]);
}

SampleKeys sample_keys(Oid sample, const Adoptee& table) {
  Adoptee copy(sample, table.name);
  copy.key = table.key;
  read_indexes(copy);
  std::vector<Identifier> like_new;
  for (const AdopteeIndex* index = extended_key(copy); index != nullptr;
       index = extended_key(copy)) {
    like_new.emplace_back(index->name);
    copy.indexes.erase(copy.indexes.begin() + (index - copy.indexes.data()));
  }
  return {Identifier(key_to_extend(copy)->name), like_new};
}

std::optional<Identifier> replica_index_like(Oid parent, const Adoptee& table) {
  Adoptee copy(parent, table.name);
  copy.key = table.key;
  read_indexes(copy);
  for (const AdopteeIndex& wanted : table.indexes) {
    if (!wanted.identifies) continue;
    for (const AdopteeIndex& index : copy.indexes) {
      const bool is_key = wanted.is_primary && index.is_primary;
      if (is_key || (index.is_unique && index.columns == wanted.columns)) {
        return Identifier(index.name);
      }
    }
  }
  return std::nullopt;
}

std::vector<NamePair> index_pairs(Oid table, Oid parent) {
  const Rows rows = pg::query(Sql("SELECT c.relname, p.relname FROM pg_catalog.pg_index i"
                                  "  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
                                  "  JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid"
                                  "  JOIN pg_catalog.pg_index j ON j.indexrelid = h.inhparent"
                                  "  JOIN pg_catalog.pg_class p ON p.oid = j.indexrelid"
                                  " WHERE i.indrelid = $1::oid AND j.indrelid = $2::oid"
                                  " ORDER BY i.indexrelid"),
                              {pg::from_oid(table), pg::from_oid(parent)});
  return to_pairs(rows);
}

std::vector<NamePair> not_null_pairs(Oid table, Oid parent) {
  return to_pairs(
      pg::query(Sql("SELECT k.conname, l.conname FROM pg_catalog.pg_constraint k"
                    "  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid"
                    "                                AND a.attnum = k.conkey[1]"
                    "  JOIN pg_catalog.pg_attribute b ON b.attrelid = $2::oid"
                    "                                AND b.attname = a.attname"
                    "  JOIN pg_catalog.pg_constraint l ON l.conrelid = $2::oid"
                    "                                 AND l.contype = 'n'"
                    "                                 AND l.conkey[1] = b.attnum"
                    " WHERE k.conrelid = $1::oid AND k.contype = 'n' ORDER BY a.attnum"),
                {pg::from_oid(table), pg::from_oid(parent)}));
}

QualifiedName identity_sequence(Oid table, const std::string& column) {
  const Rows rows = pg::query(
      Sql("SELECT n.nspname, s.relname FROM pg_catalog.pg_depend d"
          "  JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
          "  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace"
          "  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
          " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
          "   AND d.refobjid = $1::oid AND d.deptype = 'i' AND a.attname = $2"),
      {pg::from_oid(table), column});
  return {Identifier(*rows.front()[0]), Identifier(*rows.front()[1])};
}

SequencePosition sequence_position(const QualifiedName& sequence) {
  Sql sql("SELECT last_value, is_called FROM ");
  sql << sequence;
  const Rows rows = pg::query(sql);
  return {*rows.front()[0], pg::to_bool(rows.front()[1])};
}

void set_sequence(const QualifiedName& sequence, const SequencePosition& state) {
  pg::execute(Sql("SELECT setval(format('%I.%I', $1, $2)::regclass, $3::bigint, $4::bool)"),
              {sequence.schema.name(), sequence.name.name(), state.last_value,
               state.is_called ? "t" : "f"});
}

}  // namespace pgscale::catalog
