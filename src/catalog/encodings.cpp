#include "catalog/encodings.h"

#include "catalog/zones.h"
#include "core/axis.h"
#include "core/failure.h"
#include "pg/attempt.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/catalog.h"
#include "shim/encoders.h"
#include "shim/partitions.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

[[noreturn]] void bad_option(const std::string& key, const std::string& detail) {
  throw Failure(Problem::kInvalidParameter, "invalid encoding option \"" + key + "\"", detail,
                "For example encoding_options => '{\"epoch\": \"2015-01-01T00:00:00Z\", "
                "\"shift\": 22}'.");
}

Micros read_epoch(const std::string& text) {
  PgsEnd end{};
  const auto trouble = pg::attempt(
      [&] { pg::call(pgs_key_input, PGS_TYPE_TIMESTAMPTZ, -1, text.c_str(), "UTC", &end); });
  if (trouble) bad_option("epoch", trouble->message);
  if (end.kind != PGS_END_VALUE) bad_option("epoch", "It must be finite.");
  return end.number;
}

int read_count(const std::string& key, const std::string& type, const std::string& text) {
  const bool is_whole = type == "number" && !text.empty() && text.size() <= 6 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_whole) bad_option(key, "It must be a whole number.");
  return std::stoi(text);
}

SnowflakeOptions read_options(const std::optional<std::string>& options) {
  SnowflakeOptions result;
  if (!options) return result;
  if (*pg::query(Sql("SELECT jsonb_typeof($1::jsonb)"), {*options}).front()[0] != "object") {
    throw Failure(Problem::kInvalidParameter, "encoding_options must be a JSON object");
  }
  const Rows rows = pg::query(Sql("SELECT key, jsonb_typeof(value), coalesce(value #>> '{}', '')"
                                  "  FROM jsonb_each($1::jsonb)"),
                              {*options});
  for (const auto& row : rows) {
    const std::string& key = *row[0];
    if (key == "epoch") {
      result.epoch = read_epoch(*row[2]);
    } else if (key == "shift") {
      result.shift = read_count(key, *row[1], *row[2]);
    } else if (key == "unit_ms") {
      result.unit_ms = read_count(key, *row[1], *row[2]);
    } else {
      bad_option(key, "The options are epoch, shift and unit_ms.");
    }
  }
  return result;
}

// ---- functions of a user ---------------------------------------------------------------------

enum class Role { kEncoder, kDecoder };

[[noreturn]] void unusable(Problem problem, Role role, const std::string& signature,
                           const std::string& what, const std::string& detail) {
  const std::string name = role == Role::kEncoder ? "encoder " : "decoder ";
  throw Failure(problem, name + signature + " " + what, detail);
}

// The function of that signature, if it may stand for the set's keys.
Oid usable_function(Role role, const std::string& signature, const ParentFacts& facts) {
  const Rows rows =
      pg::query(Sql("SELECT p.oid, p.provolatile = 'i' AND p.prokind = 'f' AND NOT p.proretset,"
                    "       has_function_privilege($2::oid, p.oid, 'EXECUTE'), p.pronargs,"
                    "       coalesce(nullif(a.typbasetype, 0), a.oid, 0),"
                    "       coalesce(nullif(r.typbasetype, 0), r.oid)"
                    "  FROM pg_catalog.pg_proc p"
                    "  JOIN pg_catalog.pg_type r ON r.oid = p.prorettype"
                    "  LEFT JOIN pg_catalog.pg_type a ON a.oid = p.proargtypes[0]"
                    " WHERE p.oid = to_regprocedure($1)"),
                {signature, pg::from_oid(facts.owner)});
  if (rows.empty()) unusable(Problem::kUndefinedObject, role, signature, "does not exist", "");
  const auto& row = rows.front();
  if (!pg::to_bool(row[1])) {
    unusable(Problem::kInvalidDefinition, role, signature, "is no IMMUTABLE function",
             "The bounds of partitions must not depend on anything but the moment.");
  }
  const bool encodes = role == Role::kEncoder;
  const Oid moment = pg::to_oid(row[encodes ? 4 : 5]);
  const Oid key = pg::to_oid(row[encodes ? 5 : 4]);
  if (pg::to_int(row[3]) != 1 || moment != PGS_TYPE_TIMESTAMPTZ ||
      storage_of(key) != facts.storage) {
    const std::string& type = facts.key.front().type_name;
    unusable(Problem::kInvalidDefinition, role, signature, "has the wrong types",
             encodes ? "It must take a timestamptz and return a key of type " + type + "."
                     : "It must take a key of type " + type + " and return a timestamptz.");
  }
  if (!pg::to_bool(row[2])) {
    unusable(Problem::kInsufficientPrivilege, role, signature,
             "may not be executed by the owner of the table", "");
  }
  return pg::to_oid(row[0]);
}

// Functions are called immutable too easily: what is a day must not depend on who asks.
void same_for_all_sessions() { pg::call(pgs_setting_save, "TimeZone", "UTC"); }

Encoding encoding_by_functions(Oid encoder, Oid decoder, Oid owner) {
  Encoding encoding;
  encoding.first = static_cast<Micros>(smallest(KeyKind::kTimestampTz));
  encoding.last = static_cast<Micros>(largest(KeyKind::kTimestampTz));
  const auto encode = [encoder, owner](Micros instant) {
    const auto acting = pg::Acting::as_owner(owner);
    same_for_all_sessions();
    return std::string(pg::call(pgs_encode_key, encoder, instant));
  };
  encoding.encode = encode;
  encoding.decode = [decoder, owner, encode](const std::string& key) -> Place {
    Micros moment = 0;
    {
      const auto acting = pg::Acting::as_owner(owner);
      same_for_all_sessions();
      moment = pg::call(pgs_decode_key, decoder, key.c_str());
    }
    return {moment, encode(moment) == key};
  };
  return encoding;
}

// ---- what a set asks for ----------------------------------------------------------------------

void check_collation(const ParentFacts& facts) {
  const KeyColumn& key = facts.key.front();
  if (key.is_bytewise) return;
  throw Failure(Problem::kInvalidDefinition,
                "range key \"" + key.name + "\" is compared by a collation of a language",
                "Keys that encode times must sort by their bytes; by the rules of a language some "
                "sort before others of an earlier time.",
                "Declare the table with PARTITION BY RANGE (... COLLATE \"C\").");
}

[[noreturn]] void needs_encoding(const ParentFacts& facts) {
  const KeyColumn& key = facts.key.front();
  throw Failure(Problem::kInvalidParameter,
                "range key \"" + key.name + "\" of type " + key.type_name + " needs an encoding",
                "pgscale must know how the times of the set are written in its keys.",
                facts.storage == KeyStorage::kUuid
                    ? "Add encoding => 'uuidv7', or encoder and decoder."
                    : "Add encoding => 'ulid', 'ksuid' or 'uuidv7', or encoder and decoder.");
}

// char(n) fills up with blanks, which its comparisons do not see.
Encoding without_blanks(Encoding encoding) {
  encoding.decode = [decode = encoding.decode](const std::string& key) {
    return decode(key.substr(0, key.find_last_not_of(' ') + 1));
  };
  return encoding;
}

}  // namespace

std::optional<Encoding> encoding_of(const PolicyRow& row, const ParentFacts& facts) {
  const bool by_functions = row.encoder || row.decoder;
  if (!row.encoding && row.encoding_options) {
    throw Failure(Problem::kInvalidParameter, "encoding_options need an encoding");
  }
  if (!row.encoding && !by_functions) {
    if (!facts.kind) needs_encoding(facts);
    return std::nullopt;
  }
  if (row.encoding && by_functions) {
    throw Failure(Problem::kInvalidParameter,
                  "encoding cannot be given together with encoder and decoder");
  }
  if (!facts.storage) {
    const KeyColumn& key = facts.key.front();
    throw Failure(Problem::kInvalidParameter,
                  "a key of type " + key.type_name + " takes no encoding",
                  "Times can be encoded in uuid, text, varchar, char, integer and bigint.");
  }
  if (facts.storage == KeyStorage::kText) check_collation(facts);
  if (row.encoding) {
    Encoding encoding =
        encoding_named(*row.encoding, read_options(row.encoding_options), *facts.storage);
    return facts.key.front().type == PGS_TYPE_CHAR ? without_blanks(encoding) : encoding;
  }
  if (!row.encoder || !row.decoder) {
    throw Failure(Problem::kInvalidParameter, "encoder and decoder must be given together");
  }
  const Oid encoder = usable_function(Role::kEncoder, *row.encoder, facts);
  const Oid decoder = usable_function(Role::kDecoder, *row.decoder, facts);
  return encoding_by_functions(encoder, decoder, facts.owner);
}

std::string function_signature(Oid function) {
  const Rows rows = pg::query(Sql("SELECT $1::oid::regprocedure::text"), {pg::from_oid(function)});
  return *rows.front()[0];
}

void check_round_trip(const Encoding& encoding, const std::vector<Micros>& moments) {
  const Axis clock(KeyKind::kTimestampTz, Zone::utc());
  for (Micros moment : moments) {
    const std::string key = encoding.encode(moment);
    const Place place = encoding.decode(key);
    if (place.instant == moment && place.is_exact) continue;
    throw Failure(Problem::kInvalidParameter, "decoder does not undo what encoder does",
                  "The encoder makes \"" + key + "\" of " + clock.text(Point{moment}) +
                      ", and the decoder " + clock.text(Point{place.instant}) + " of that.");
  }
}

}  // namespace pgscale::catalog
