#include "api/arguments.h"

#include <algorithm>

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
  return given;
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
  if (columns.size() == 1 && columns.front() == *given.control) return;
  if (!catalog::has_column(facts.parent.oid, *given.control)) {
    throw Failure(Problem::kUndefinedColumn,
                  "column \"" + *given.control + "\" of relation \"" + table + "\" does not exist");
  }
  std::string key;
  for (const std::string& column : columns) key += (key.empty() ? "" : ", ") + column;
  throw Failure(Problem::kInvalidParameter,
                "column \"" + *given.control + "\" is not the partition key of \"" + table + "\"",
                "The partition key is (" + key + ").",
                "Leave control out; it is read from the table.");
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
