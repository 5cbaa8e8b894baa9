#include "api/arguments.h"

#include <algorithm>

#include "catalog/encodings.h"
#include "catalog/subpolicies.h"
#include "catalog/template_tables.h"
#include "core/failure.h"
#include "core/grid.h"
#include "core/wanted.h"
#include "pg/server.h"

namespace pgscale::api {

using catalog::ParentFacts;
using catalog::PolicyRow;

PolicyArguments policy_arguments(const pg::Arguments& arguments) {
  PolicyArguments given;
  given.control = arguments.text(1);
  given.interval = arguments.text(2);
  given.method = arguments.text(3);
  given.premake = arguments.integer(4);
  given.start_at = arguments.text(5);
  given.retention = arguments.text(6);
  given.retire = arguments.text(7);
  given.default_partition = arguments.boolean(8);
  given.timezone = arguments.text(9);
  given.partitions = arguments.integer(10);
  given.lists = arguments.text(11);
  given.naming = arguments.text(12);
  given.ahead = arguments.text(13);
  given.encoding = arguments.text(14);
  given.encoding_options = arguments.text(15);
  given.encoder = arguments.oid(16);
  given.decoder = arguments.oid(17);
  given.retention_count = arguments.integer(18);
  given.retention_bytes = arguments.text(19);
  given.keep_for = arguments.text(20);
  given.archive_schema = arguments.text(21);
  given.archive_tablespace = arguments.text(22);
  given.archive_indexes = arguments.boolean(23);
  given.export_path = arguments.text(24);
  given.export_format = arguments.text(25);
  given.before_retire = arguments.oid(26);
  given.after_retire = arguments.oid(27);
  given.drain = arguments.boolean(28);
  given.auto_list = arguments.boolean(29);
  given.auto_list_rows = arguments.integer(30);
  given.retire_shard = arguments.text(31);
  given.storage_parameters = arguments.text(32);
  given.index_template = arguments.oid(33);
  return given;
}

void take_storage_parameters(PolicyRow& row, const PolicyArguments& given) {
  if (!given.storage_parameters) return;
  row.storage_parameters = given.storage_parameters;
  if (row.storage_parameters == "{}") row.storage_parameters.reset();
}

void take_template(PolicyRow& row, const PolicyArguments& given, const ParentFacts& facts) {
  if (!given.index_template) return;
  if (*given.index_template != 0) catalog::require_template(*given.index_template, facts);
  row.index_template = *given.index_template;
}

void refuse_below(const ParentFacts& facts) {
  const auto place = catalog::place_below(facts.parent.oid);
  if (!place) return;
  const std::string root = pg::call(pgs_relation_name, place->root);
  throw Failure(
      Problem::kWrongObjectType,
      "table \"" + facts.parent.name.name.name() + "\" follows the policy of set \"" + root + "\"",
      {},
      "Use the functions of \"" + root + "\", or pgscale.alter_subparent() with level => " +
          std::to_string(place->level) + ".");
}

void check_against_table(const PolicyArguments& given, const ParentFacts& facts) {
  const std::string table = facts.parent.name.name.name();
  const std::string actual = text(facts.parent.method);
  if (given.method && *given.method != "range" && *given.method != "list" &&
      *given.method != "hash") {
    throw Failure(Problem::kInvalidParameter, "invalid value for method: \"" + *given.method + "\"",
                  {}, "Available values: range, list, hash.");
  }
  if (given.method && *given.method != actual) {
    throw Failure(
        Problem::kInvalidParameter,
        "table \"" + table + "\" is partitioned by " + actual + ", not by " + *given.method, {},
        "Leave method out; it is read from the table.");
  }
  if (!given.control) return;
  const auto& columns = facts.parent.key_columns;
  const bool first_controls = facts.parent.method == Method::kRange || columns.size() == 1;
  if (first_controls && !columns.empty() && columns.front() == *given.control) return;
  if (!catalog::has_column(facts.parent.oid, *given.control)) {
    throw Failure(Problem::kUndefinedColumn,
                  "column \"" + *given.control + "\" of relation \"" + table + "\" does not exist");
  }
  std::string key;
  for (const std::string& column : columns) key += (key.empty() ? "" : ", ") + column;
  throw Failure(
      Problem::kInvalidParameter,
      "column \"" + *given.control + "\" is not the partition key of \"" + table + "\"",
      "The partition key is (" + key +
          (first_controls && columns.size() > 1 ? "), and its first column controls." : ")."),
      "Leave control out; it is read from the table.");
}

void check_start(const PolicyArguments& given, const PolicyRow& row, const Policy& policy,
                 const ParentFacts& facts) {
  const auto axis = catalog::axis_of(row, facts);
  if (!axis || !axis->encoding()) return;
  if (given.start_at && policy.origin && *policy.origin < axis->first()) {
    throw Failure(Problem::kInvalidParameter,
                  "start_at lies before the first time that the keys can hold",
                  "Their times begin at " + axis->text(axis->first()) + ".");
  }
  if (!given.encoder && !given.decoder) return;
  const Point origin =
      policy.origin.value_or(default_origin(*axis, *policy.interval, pg::policy_now()));
  const Grid grid(*axis, origin, *policy.interval);
  const Point present = grid.floor(axis->position(pg::policy_now()));
  catalog::check_round_trip(*axis->encoding(), {static_cast<Micros>(present),
                                                static_cast<Micros>(grid.next_after(present))});
}

std::optional<std::string> counting_origin(const PolicyRow& row, const ParentFacts& facts) {
  const Policy policy = catalog::interpret(row, facts);
  const auto axis = catalog::axis_of(row, facts);
  if (!axis) return std::nullopt;
  const auto regular = newest_regular_bound(catalog::load_set(facts, row, policy).set.inventory,
                                            *axis, *policy.interval);
  return axis->text(regular ? *regular : default_origin(*axis, *policy.interval, pg::policy_now()));
}

}  // namespace pgscale::api
