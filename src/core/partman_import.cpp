#include "core/partman_import.h"

#include <algorithm>
#include <map>

#include "core/grid.h"
#include "core/partman_settings.h"
#include "core/wanted.h"

namespace pgscale {
namespace {

// What is not in the row: it is in another table, or in the catalogs.
void map_surroundings(const PartmanSet& set, Import& import) {
  if (set.is_subpartitioned || set.root) {
    const std::string where = set.root ? "It is a partition of " + *set.root + ". " : "";
    import.items.push_back({"sub-partitioning", "true", std::nullopt, ImportStatus::kRefused,
                            where + "Sub-partitioned sets are left to pg_partman."});
  }
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

Sql create_parent_call(const QualifiedName& table, const ImportedPolicy& policy) {
  Sql call("SELECT * FROM pgscale.create_parent(");
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
  if (policy.decoder) call << ", decoder => " << Literal{*policy.decoder};
  call << ")";
  if (policy.paused) call << "; SELECT pgscale.pause(" << Literal{readable(table)} << ")";
  return call;
}

}  // namespace pgscale
