#include "core/partman_settings.h"

#include <map>

namespace pgscale {
namespace {

using Handler = void (*)(const PartmanSet& set, const PartmanSetting& setting, Import& import);

void add(Import& import, const PartmanSetting& setting, ImportStatus status,
         std::optional<std::string> mapped_to, const std::string& note = {},
         std::optional<Sql> by_hand = std::nullopt) {
  import.items.push_back(
      {setting.name, setting.value, std::move(mapped_to), status, note, std::move(by_hand)});
}

void mapped(Import& import, const PartmanSetting& setting, const std::string& to,
            const std::string& note = {}) {
  add(import, setting, ImportStatus::kMapped, to, note);
}

void ignored(Import& import, const PartmanSetting& setting, const std::string& note) {
  add(import, setting, ImportStatus::kIgnored, std::nullopt, note);
}

void unmapped(Import& import, const PartmanSetting& setting, const std::string& note,
              std::optional<Sql> by_hand = std::nullopt) {
  add(import, setting, ImportStatus::kUnmapped, std::nullopt, note, std::move(by_hand));
}

void refused(Import& import, const PartmanSetting& setting, const std::string& note) {
  add(import, setting, ImportStatus::kRefused, std::nullopt, note);
}

bool is_on(const PartmanSetting& setting) { return setting.value == "true"; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// ---- what a set is ------------------------------------------------------------------------------

void map_type(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  const bool is_native = setting.value == "native" || setting.value == "range";
  if (is_native && set.method == Method::kRange) {
    mapped(import, setting, "range");
  } else if (setting.value == "list") {
    refused(import, setting,
            "pg_partman makes a list partition for each next number; list sets of pgscale hold the "
            "values that you name. Use pgscale.create_parent() with lists.");
  } else if (is_native) {
    refused(import, setting,
            std::string("The table is partitioned by ") + text(set.method) + ", not by range.");
  } else {
    refused(import, setting,
            "Partitioned by triggers and inheritance. Make a set of native partitioning of it "
            "first, as pg_partman's own document on migration to native partitioning tells.");
  }
}

void map_control(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (!set.key_columns.empty() && set.key_columns.front() == setting.value) {
    import.policy.control = setting.value;
    mapped(import, setting, "control");
  } else {
    refused(import, setting, "The table is partitioned by (" + joined(set.key_columns) + ").");
  }
}

void map_interval(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (!set.interval) {
    refused(import, setting, counts_in_time(set) ? "It is no interval." : "It is no number.");
    return;
  }
  import.policy.interval = set.interval->text;
  mapped(import, setting, "interval => " + set.interval->text,
         "New partitions begin where the last one ends.");
}

void map_epoch(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  static const std::map<std::string, const char*> kEncodings = {
      {"seconds", "unix_seconds"},
      {"milliseconds", "unix_milliseconds"},
      {"microseconds", "unix_microseconds"},
      {"nanoseconds", "unix_nanoseconds"}};
  if (setting.value == "none") {
    ignored(import, setting, "The keys are times or numbers by themselves.");
    return;
  }
  const auto found = kEncodings.find(setting.value);
  if (found == kEncodings.end()) {
    refused(import, setting, "pgscale does not know this way to write times.");
    return;
  }
  import.policy.encoding = found->second;
  mapped(import, setting, std::string("encoding => ") + found->second);
}

// pg_partman's own functions for UUIDv7 are known by their names, wherever they are.
bool is_function(const std::string& value, const std::string& name) {
  return value == name ||
         (value.size() > name.size() &&
          value.compare(value.size() - name.size() - 1, std::string::npos, "." + name) == 0);
}

void map_encoder(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (is_function(setting.value, "uuid7_time_encoder")) {
    import.policy.encoding = "uuidv7";
    mapped(import, setting, "encoding => uuidv7");
  } else if (set.encoder) {
    import.policy.encoder = set.encoder;
    mapped(import, setting, "encoder => " + *set.encoder);
  } else {
    refused(import, setting, "There is no such function of a timestamptz.");
  }
}

void map_decoder(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (is_function(setting.value, "uuid7_time_decoder")) {
    mapped(import, setting, "encoding => uuidv7");
  } else if (set.decoder) {
    import.policy.decoder = set.decoder;
    mapped(import, setting, "decoder => " + *set.decoder);
  } else {
    refused(import, setting, "There is no such function of a key.");
  }
}

void map_undo(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    refused(import, setting, "pg_partman is taking the set apart. Finish or cancel that first.");
  } else {
    ignored(import, setting, "Nothing is under way.");
  }
}

void map_async(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  refused(
      import, setting,
      "pg_partman is moving rows, which are in a table of its own meanwhile. Finish that first.");
}

void map_full(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  ignored(import, setting, "Of sub-partitions.");
}

// ---- making partitions --------------------------------------------------------------------------

void map_premake(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  import.policy.premake = std::stoi(setting.value);
  mapped(import, setting, "premake => " + setting.value,
         counts_in_time(set) ? "Counted from now, not from the newest row."
                             : "Or more, where the numbers grow faster.");
}

void map_infinite(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (!counts_in_time(set)) {
    ignored(import, setting, "The set counts in numbers.");
  } else if (is_on(setting)) {
    mapped(import, setting, "the usual", "Partitions are made by the clock.");
  } else {
    ignored(import, setting,
            "pgscale makes partitions by the clock, also while no rows come, as pg_partman does "
            "where this is true.");
  }
}

void map_automatic(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (setting.value == "on") {
    mapped(import, setting, "the usual", "Becomes off in pg_partman.");
    return;
  }
  import.policy.paused = true;
  mapped(import, setting, "pause()", "The set stays paused until pgscale.resume().");
}

void map_names(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  ignored(import, setting,
          "Partitions keep their names, and pgscale reads none of them. New ones are named as "
          "pgscale does, see naming.");
}

void map_trunc(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  mapped(import, setting, "start_at", "Bounds are counted from the newest regular partition.");
}

// What new partitions would get from pg_partman and do not get from pgscale.
std::string losses(const PartmanTemplate& table) {
  std::string text;
  if (!table.indexes.empty() && !table.trouble.empty()) {
    text = "its indexes " + joined(table.indexes) + " (" + table.trouble + ")";
  }
  if (table.unlogged) text += (text.empty() ? "" : "; ") + std::string("UNLOGGED");
  return text;
}

void map_template(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  const PartmanTemplate table = set.template_table.value_or(PartmanTemplate{});
  std::string mapped_to;
  std::string kept;
  if (!table.indexes.empty() && table.trouble.empty()) {
    import.policy.index_template = table.table;
    mapped_to = "template => " + table.table;
    kept = "New partitions get its indexes " + joined(table.indexes) + ". ";
  }
  if (table.storage_parameters) {
    import.policy.storage_parameters = table.storage_parameters;
    mapped_to += (mapped_to.empty() ? "" : ", ") + std::string("storage_parameters => ") +
                 *table.storage_parameters;
  }
  const std::string lost = losses(table);
  if (!lost.empty()) {
    unmapped(import, setting,
             "New partitions will lack what the template has: " + lost + "." +
                 (mapped_to.empty() ? "" : " Taken over is: " + mapped_to + "."));
  } else if (!mapped_to.empty()) {
    mapped(import, setting, mapped_to, kept + "All else new partitions take from the parent.");
  } else {
    ignored(import, setting, "It has nothing that new partitions would not take from the parent.");
  }
}

void map_privileges(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    mapped(import, setting, "the usual", "New partitions have the owner and grants of the parent.");
  } else {
    ignored(import, setting,
            "With pgscale new partitions always have the owner and grants of the parent.");
  }
}

void map_publications(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  std::vector<std::string> missing;
  std::optional<Sql> by_hand;
  for (const PartmanPublication& publication : set.publications) {
    if (publication.publishes_parent) continue;
    missing.push_back(publication.name);
    if (by_hand) {
      *by_hand << "; ";
    } else {
      by_hand = Sql("");
    }
    *by_hand << "ALTER PUBLICATION " << Identifier(publication.name) << " ADD TABLE " << set.table;
  }
  if (missing.empty()) {
    mapped(import, setting, "the usual", "They publish the parent, and all of its partitions.");
  } else {
    unmapped(import, setting,
             "New partitions reach a publication through their parent. Not the parent but only "
             "partitions are in: " +
                 joined(missing) + ".",
             by_hand);
  }
}

void map_refresh(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  unmapped(import, setting, "A setting of the database in pgscale, for all subscriptions.",
           Sql("ALTER SYSTEM SET pgscale.refresh_subscriptions = on; SELECT pg_reload_conf()"));
}

// ---- retention ----------------------------------------------------------------------------------

void map_retention(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (!set.retention || !set.interval) {
    refused(import, setting, counts_in_time(set) ? "It is no interval." : "It is no number.");
    return;
  }
  if (set.retention->usual_length < set.interval->usual_length) {
    import.policy.retention = set.interval->text;
    mapped(import, setting, "retention => " + set.interval->text,
           "pgscale keeps a partition at least one interval after its end.");
    return;
  }
  import.policy.retention = set.retention->text;
  mapped(import, setting, "retention => " + set.retention->text,
         counts_in_time(set) ? "Counted from the upper bound in the catalog."
                             : "Counted from the newest partition with rows.");
}

bool drops_tables(const PartmanSet& set) {
  const std::string* keep = value_of(set, "retention_keep_table");
  return value_of(set, "retention_schema") == nullptr && keep != nullptr && *keep != "true";
}

bool drops_indexes(const PartmanSet& set) {
  const std::string* keep = value_of(set, "retention_keep_index");
  return value_of(set, "retention") != nullptr && !drops_tables(set) && keep != nullptr &&
         *keep != "true";
}

Retire retire_of(const PartmanSet& set) {
  if (drops_tables(set)) return Retire::kDrop;
  if (value_of(set, "retention") == nullptr) return Retire::kDetach;
  const bool changes = value_of(set, "retention_schema") != nullptr || drops_indexes(set);
  return changes ? Retire::kArchive : Retire::kDetach;
}

void map_retention_schema(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (value_of(set, "retention") == nullptr) {
    ignored(import, setting, "Nothing is retired.");
    return;
  }
  import.policy.archive_schema = setting.value;
  mapped(import, setting, "archive_schema => " + setting.value, "Retired partitions move there.");
}

void map_keep_table(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  import.policy.retire = retire_of(set);
  mapped(import, setting, std::string("retire => ") + text(import.policy.retire),
         !is_on(setting) && !drops_tables(set) ? "retention_schema overrides it." : "");
}

void map_keep_index(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    mapped(import, setting, "the usual", "A detached table keeps its indexes.");
  } else if (!drops_indexes(set)) {
    ignored(import, setting, "No table is kept.");
  } else {
    import.policy.archive_indexes = false;
    mapped(import, setting, "archive_indexes => false");
  }
}

void map_keep_publication(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    unmapped(import, setting, "A detached table leaves the publications that name it.");
  } else {
    mapped(import, setting, "the usual", "A detached table leaves the publications that name it.");
  }
}

void map_cascade(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    unmapped(
        import, setting,
        "pgscale drops no foreign keys; a partition whose rows are referenced is not retired.");
  } else {
    ignored(import, setting, "pgscale drops no foreign keys, either.");
  }
}

void map_detach_first(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  if (is_on(setting)) {
    mapped(import, setting, "the usual", "A partition is always detached before it is dropped.");
  } else {
    ignored(import, setting, "A partition is always detached before it is dropped.");
  }
}

// ---- constraints for other columns --------------------------------------------------------------

void map_constraints(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  unmapped(import, setting,
           "pgscale adds no CHECK constraints to old partitions. Those that are there stay.");
}

void map_optimize_constraint(const PartmanSet&, const PartmanSetting& setting, Import& import) {
  ignored(import, setting, "Of constraint_cols.");
}

// ---- what has no meaning here -------------------------------------------------------------------

const char* why_meaningless(const std::string& name) {
  static const std::map<std::string, const char*> kReasons = {
      {"parent_table", "The name in pg_partman."},
      {"optimize_trigger", "Of partitioning by triggers."},
      {"trigger_exception_handling", "Of partitioning by triggers."},
      {"trigger_return_null", "Of partitioning by triggers."},
      {"upsert", "Of partitioning by triggers."},
      {"inherit_fk", "Partitions have the foreign keys of the parent."},
      {"jobmon", "What maintenance did is in pgscale.runs."},
      {"constraint_valid", "Of constraint_cols."},
      {"control_not_null", "The column is as it is."},
      {"ignore_default_data", "Rows in the default partition make no partitions."},
      {"default_table", "What the table has counts, see default partition."},
      {"maintenance_order", "Sets are maintained when they are due, each by itself."},
      {"maintenance_last_run", "What maintenance did is in pgscale.runs."},
      {"maintenance_role", "Maintenance acts as the owner of the table."}};
  const auto found = kReasons.find(name);
  return found == kReasons.end() ? nullptr : found->second;
}

Handler handler_of(const std::string& name) {
  static const std::map<std::string, Handler> kHandlers = {
      {"partition_type", map_type},
      {"control", map_control},
      {"partition_interval", map_interval},
      {"epoch", map_epoch},
      {"time_encoder", map_encoder},
      {"time_decoder", map_decoder},
      {"undo_in_progress", map_undo},
      {"async_partitioning_in_progress", map_async},
      {"sub_partition_set_full", map_full},
      {"premake", map_premake},
      {"infinite_time_partitions", map_infinite},
      {"automatic_maintenance", map_automatic},
      {"datetime_string", map_names},
      {"date_trunc_interval", map_trunc},
      {"template_table", map_template},
      {"inherit_privileges", map_privileges},
      {"publications", map_publications},
      {"subscription_refresh", map_refresh},
      {"retention", map_retention},
      {"retention_schema", map_retention_schema},
      {"retention_keep_table", map_keep_table},
      {"retention_keep_index", map_keep_index},
      {"retention_keep_publication", map_keep_publication},
      {"drop_cascade_fk", map_cascade},
      {"detach_before_drop", map_detach_first},
      {"constraint_cols", map_constraints},
      {"optimize_constraint", map_optimize_constraint}};
  const auto found = kHandlers.find(name);
  return found == kHandlers.end() ? nullptr : found->second;
}

}  // namespace

void map_setting(const PartmanSet& set, const PartmanSetting& setting, Import& import) {
  if (const Handler handler = handler_of(setting.name)) {
    handler(set, setting, import);
  } else if (const char* why = why_meaningless(setting.name)) {
    ignored(import, setting, why);
  } else {
    unmapped(import, setting, "A setting that this version of pgscale does not know.");
  }
}

}  // namespace pgscale
