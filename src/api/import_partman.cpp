#include "api/create_parent.h"
#include "api/subparent.h"
#include "catalog/partman.h"
#include "catalog/state.h"
#include "catalog/zones.h"
#include "core/failure.h"
#include "pg/attempt.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using catalog::ParentFacts;
using catalog::PartmanRow;
using Row = std::vector<pg::Value>;

// How the call takes over sets.
struct Manner {
  Identifier schema;  // pg_partman's
  bool dry_run;
  std::optional<std::string> timezone;
};

PolicyArguments arguments_of(const ImportedPolicy& policy) {
  PolicyArguments given;
  given.control = policy.control;
  given.interval = policy.interval;
  given.premake = policy.premake;
  given.retention = policy.retention;
  given.retire = text(policy.retire);
  given.archive_schema = policy.archive_schema;
  given.archive_indexes = policy.archive_indexes;
  given.storage_parameters = policy.storage_parameters;
  if (policy.index_template) given.index_template = catalog::table_of(*policy.index_template);
  given.default_partition = policy.default_partition;
  given.drain = false;
  given.auto_list = false;
  given.auto_list_rows = 1000;
  given.timezone = policy.timezone;
  given.encoding = policy.encoding;
  if (policy.encoder) given.encoder = catalog::function_of(*policy.encoder);
  if (policy.decoder) given.decoder = catalog::function_of(*policy.decoder);
  return given;
}

ImportItem set_item(std::optional<std::string> mapped_to, ImportStatus status,
                    const std::string& note, std::optional<Sql> by_hand = std::nullopt) {
  return {"set", std::nullopt, std::move(mapped_to), status, note, std::move(by_hand)};
}

// Which zone the bounds were counted in shows only where partitions are days or longer.
ImportItem choose_zone(const ParentFacts& facts, const catalog::PolicyRow& row,
                       const Manner& manner, ImportedPolicy& policy) {
  const std::vector<std::string> zones =
      manner.timezone ? std::vector<std::string>{*manner.timezone} : catalog::likely_zones();
  const Policy wanted = catalog::interpret(row, facts);
  const auto& interval = std::get<Interval>(*wanted.interval);
  std::vector<NamedAxis> axes;
  for (const std::string& zone : zones) {
    catalog::PolicyRow in_zone = row;
    in_zone.timezone = zone;
    axes.push_back({zone, *catalog::axis_of(in_zone, facts)});
  }
  policy.timezone = zones.front();
  std::string note = "pg_partman counts in the zone of whoever calls it.";
  if (axes.front().axis.kind() == KeyKind::kTimestampTz && interval.micros == 0) {
    const Inventory inventory = catalog::load_set(facts, row, wanted).set.inventory;
    const auto fitting = fitting_zone(inventory, axes, interval);
    if (fitting) policy.timezone = *fitting;
    note = fitting ? "The newest partition begins at midnight there."
                   : "The newest partitions do not begin at midnight there. Give timezone if it "
                     "is another.";
  }
  return {"time zone", std::nullopt, "timezone => " + *policy.timezone, ImportStatus::kMapped,
          note};
}

// What new_level() makes of it. Times are counted as the partitions that are there were, in the
// zone of the set, where that counts in time; numbers begin where new sets begin.
catalog::SubPolicy level_of(const ParentFacts& facts, const catalog::PolicyRow& row,
                            const Manner& manner, Import& import) {
  const ParentFacts shown =
      catalog::read_parent(catalog::partitioned_partition(facts.parent.oid).value());
  ImportedPolicy& level = *import.level;
  level.timezone = import.policy.timezone;
  const catalog::PolicyRow alone = policy_row(arguments_of(level), shown);
  const bool is_in_time = is_time(catalog::axis_of(alone, shown)->kind());
  if (is_in_time && !level.timezone) {
    import.items.push_back(choose_zone(shown, alone, manner, level));
  }
  const Policy wanted = catalog::interpret(row, facts);
  catalog::SubPolicy subpolicy =
      new_level(catalog::load_set(facts, row, wanted), arguments_of(level));
  if (is_in_time) subpolicy.row.origin = counting_origin(subpolicy.row, shown);
  return subpolicy;
}

void take_over(const ParentFacts& facts, const PartmanRow& row, const Manner& manner,
               Import& import) {
  catalog::PolicyRow policy = new_policy(facts, arguments_of(import.policy));
  if (is_time(catalog::axis_of(policy, facts)->kind())) {
    import.items.push_back(choose_zone(facts, policy, manner, import.policy));
    policy = new_policy(facts, arguments_of(import.policy));
  }
  std::optional<catalog::SubPolicy> level;
  if (import.level) level = level_of(facts, policy, manner, import);
  std::string note = "Nothing has changed yet. Use dry_run => false to take it over.";
  if (!manner.dry_run) {
    policy.paused = import.policy.paused;
    begin_to_manage(facts, policy, arguments_of(import.policy));
    if (level) catalog::insert_subpolicy(facts.parent.oid, *level);
    catalog::settle_tree(facts.parent.oid);
    catalog::make_due(facts.parent.oid);
    const pg::LockTimeout limit(pg::lock_timeout());
    pg::execute(catalog::switching_off(manner.schema, row.parent_table));
    if (level) catalog::switch_off_partitions(manner.schema, facts.parent.oid);
    note =
        "Taken over. pg_partman passes over it, unless its run_maintenance() is called for this "
        "very table.";
  }
  import.items.insert(import.items.begin(), set_item(create_calls(facts.parent.name, import).text(),
                                                     ImportStatus::kMapped, note));
}

Import managed_already(const PartmanRow& row, const Manner& manner) {
  Import import;
  if (row.is_on) {
    import.items.push_back(set_item(std::nullopt, ImportStatus::kIgnored,
                                    "Managed by pgscale already, and by pg_partman, too.",
                                    catalog::switching_off(manner.schema, row.parent_table)));
  } else {
    import.items.push_back(
        set_item(std::nullopt, ImportStatus::kIgnored, "Managed by pgscale already."));
  }
  return import;
}

Import goes_with_root(const PartmanRow& row) {
  Import import;
  import.items.push_back(set_item(
      std::nullopt, ImportStatus::kIgnored,
      "It is a partition of " + *row.root + ", and is taken over with it, or not at all."));
  return import;
}

Import import_table(const PartmanRow& row, const Manner& manner) {
  const ParentFacts facts = catalog::read_parent(*row.table);
  catalog::require_ownership(facts);
  if (row.follows_root) return goes_with_root(row);
  if (catalog::load_policy(*row.table)) return managed_already(row, manner);
  Import import = map_partman(catalog::describe_partman_set(manner.schema, row, facts));
  if (is_refused(import)) {
    import.items.insert(import.items.begin(),
                        set_item(std::nullopt, ImportStatus::kRefused, "Left to pg_partman."));
    return import;
  }
  // What does not fit after all is told with the settings it comes from.
  Import taken = import;
  const auto trouble = pg::attempt([&] { take_over(facts, row, manner, taken); });
  if (!trouble) return taken;
  import.items.insert(import.items.begin(),
                      set_item(std::nullopt, ImportStatus::kRefused,
                               "Left to pg_partman: " + trouble->message +
                                   (trouble->detail.empty() ? "" : " (" + trouble->detail + ")")));
  return import;
}

Import import_row(const PartmanRow& row, const Manner& manner) {
  Import import;
  if (!row.table) {
    import.items.push_back(
        set_item(std::nullopt, ImportStatus::kRefused, "There is no table of that name."));
    return import;
  }
  const auto trouble = pg::attempt([&] { import = import_table(row, manner); });
  if (trouble) {
    import = {};
    import.items.push_back(set_item(std::nullopt, ImportStatus::kRefused, trouble->message));
  }
  return import;
}

std::vector<Row> import_all(std::optional<Oid> parent, const Manner& manner) {
  std::vector<Row> result;
  for (const PartmanRow& row : catalog::load_partman_rows(manner.schema, parent)) {
    for (const ImportItem& item : import_row(row, manner).items) {
      result.push_back({row.shown, item.name, item.value, item.mapped_to, text(item.status),
                        item.note.empty() ? pg::Value() : item.note,
                        item.by_hand ? pg::Value(item.by_hand->text()) : pg::Value()});
    }
  }
  return result;
}

void import_partman(PgsCall* call) {
  const pg::Arguments arguments(call);
  const std::optional<Oid> parent = arguments.oid(0);
  const bool dry_run = arguments.boolean(1).value_or(true);
  pg::Session session(pg::Venue::kFunction);
  if (parent) catalog::require_ownership(catalog::read_parent(*parent));
  const Manner manner{catalog::partman_schema(dry_run ? catalog::PartmanUse::kRead
                                                      : catalog::PartmanUse::kTakeOver),
                      dry_run, arguments.text(2)};
  if (manner.timezone) (void)catalog::server_zone(*manner.timezone);
  if (!dry_run && !catalog::hold_partman_maintenance()) {
    throw Failure(Problem::kLockNotAvailable, "pg_partman is maintaining its sets at the moment",
                  {}, "Try again when it has ended.");
  }
  const std::vector<Row> rows = import_all(parent, manner);
  if (parent && rows.empty()) {
    throw Failure(Problem::kUndefinedObject, "pg_partman has no configuration for this table");
  }
  session.end();
  pg::ResultRows result(call);
  for (const Row& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_import_partman(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_import_partman(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::import_partman(call); });
}
