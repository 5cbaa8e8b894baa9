#include "core/partman_import.h"

#include <algorithm>
#include <map>

#include "core/grid.h"
#include "core/partman_settings.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

// Every setting under its own name, such as sub_premake.
void take_level(const PartmanSet& below, Import& import) {
  Import level;
  for (const PartmanSetting& setting : below.settings) map_setting(below, setting, level);
  for (ImportItem& item : level.items) {
    if (item.name == "automatic_maintenance" && level.policy.paused) {
      item.status = ImportStatus::kUnmapped;
      item.mapped_to.reset();
      item.note = "A level is not paused by itself.";
    }
    item.name = "sub_" + item.name;
    import.items.push_back(std::move(item));
  }
  import.level = level.policy;
  import.level->default_partition = below.has_default;
  import.items.push_back({"sub-partitioning", "true", "create_subparent()", ImportStatus::kMapped,
                          "One policy for all partitions that are partitioned so, and for those to "
                          "come. pg_partman's rows of theirs are not read."});
}

void map_level(const PartmanSet& set, Import& import) {
  const auto refuse = [&import](const std::string& note) {
    import.items.push_back(
        {"sub-partitioning", "true", std::nullopt, ImportStatus::kRefused, note});
  };
  if (set.root) {
    refuse("It is a partition of " + *set.root + ", which pg_partman does not maintain.");
  } else if (set.has_deeper_levels) {
    refuse("More than one level of sub-partitions is left to pg_partman.");
  } else if (set.is_subpartitioned && set.below.empty()) {
    refuse("No partition shows yet how they are partitioned.");
  } else if (set.is_subpartitioned) {
    take_level(set.below.front(), import);
  }
}

// What is not in the row: it is in another table, or in the catalogs.
void map_surroundings(const PartmanSet& set, Import& import) {
  map_level(set, import);
  import.policy.default_partition = set.has_default;
  const std::string has_one = set.has_default ? "true" : "false";
  import.items.push_back(
      {"default partition", has_one, "default_partition => " + has_one, ImportStatus::kMapped,
       set.has_default ? "Beside it partitions cannot be detached concurrently." : ""});
}

bool begins_at_midnight(Point bound, const Axis& axis, const Interval& interval) {
  const Civil civil = to_civil(axis.zone().to_local(axis.instant(bound)));
  return civil.time_of_day == 0 && (interval.months == 0 || civil.day == 1);
}

void add_arguments(Sql& call, const QualifiedName& table, const ImportedPolicy& policy) {
  call << Literal{readable(table)};
  if (policy.control) call << ", control => " << Literal{*policy.control};
  if (policy.interval) call << ", \"interval\" => " << Literal{*policy.interval};
  call << ", premake => " << std::int64_t{policy.premake};
  if (policy.retention) {
    call << ", retention => " << Literal{*policy.retention} << ", retire => "
         << Literal{text(policy.retire)};
    if (policy.archive_schema) call << ", archive_schema => " << Literal{*policy.archive_schema};
    if (policy.archive_indexes == false) call << ", archive_indexes => false";
  }
  if (policy.default_partition) call << ", default_partition => true";
  if (policy.timezone) call << ", timezone => " << Literal{*policy.timezone};
  if (policy.encoding) call << ", encoding => " << Literal{*policy.encoding};
  if (policy.encoder) call << ", encoder => " << Literal{*policy.encoder};
  if (policy.storage_parameters) {
    call << ", storage_parameters => " << Literal{*policy.storage_parameters};
  }
  if (policy.index_template) call << ", template => " << Literal{*policy.index_template};
  if (policy.decoder) call << ", decoder => " << Literal{*policy.decoder};
  call << ")";
}

}  // namespace

const std::string* value_of(const PartmanSet& set, const std::string& setting) {
  const auto found = std::find_if(set.settings.begin(), set.settings.end(),
                                  [&](const PartmanSetting& s) { return s.name == setting; });
  return found == set.settings.end() ? nullptr : &found->value;
}

bool counts_in_time(const PartmanSet& set) {
  const std::string* epoch = value_of(set, "epoch");
  return set.key_is_time || (epoch != nullptr && *epoch != "none") ||
         value_of(set, "time_encoder") != nullptr;
}

std::string without_partman_names(const std::string& interval) {
  static const std::map<std::string, const char*> kNames = {
      {"yearly", "1 year"},        {"quarterly", "3 months"},
      {"monthly", "1 month"},      {"weekly", "7 days"},
      {"daily", "1 day"},          {"hourly", "1 hour"},
      {"half-hour", "30 minutes"}, {"quarter-hour", "15 minutes"}};
  const auto found = kNames.find(interval);
  return found == kNames.end() ? interval : found->second;
}

const char* text(ImportStatus status) {
  switch (status) {
    case ImportStatus::kMapped: return "mapped";
    case ImportStatus::kIgnored: return "ignored";
    case ImportStatus::kUnmapped: return "unmapped";
    case ImportStatus::kRefused: break;
  }
  return "refused";
}

Import map_partman(const PartmanSet& set) {
  Import import;
  for (const PartmanSetting& setting : set.settings) map_setting(set, setting, import);
  map_surroundings(set, import);
  return import;
}

bool is_refused(const Import& import) {
  return std::any_of(import.items.begin(), import.items.end(),
                     [](const ImportItem& item) { return item.status == ImportStatus::kRefused; });
}

std::optional<std::string> fitting_zone(const Inventory& inventory,
                                        const std::vector<NamedAxis>& axes,
                                        const Interval& interval) {
  for (const NamedAxis& named : axes) {
    const auto bound = newest_regular_bound(inventory, named.axis, interval);
    if (bound && begins_at_midnight(*bound, named.axis, interval)) return named.zone;
  }
  return std::nullopt;
}

Sql create_calls(const QualifiedName& table, const Import& import) {
  Sql calls("SELECT * FROM pgscale.create_parent(");
  add_arguments(calls, table, import.policy);
  if (import.level) {
    calls << "; SELECT * FROM pgscale.create_subparent(";
    add_arguments(calls, table, *import.level);
  }
  if (import.policy.paused) calls << "; SELECT pgscale.pause(" << Literal{readable(table)} << ")";
  return calls;
}

}  // namespace pgscale
