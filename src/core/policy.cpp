#include "core/policy.h"

#include <set>

#include "core/failure.h"
#include "core/grid.h"
#include "core/naming.h"
#include "core/retirement_policy.h"

namespace pgscale {
namespace {

constexpr int kMostPremade = 10'000;
constexpr int kMostHashPartitions = 10'000;

[[noreturn]] void invalid(const std::string& message, const std::string& detail = {},
                          const std::string& hint = {}) {
  throw Failure(Problem::kInvalidParameter, message, detail, hint);
}

bool is_positive(const Stride& stride) {
  if (const auto* width = std::get_if<Point>(&stride)) return *width > 0;
  const auto& interval = std::get<Interval>(stride);
  return interval.months >= 0 && interval.days >= 0 && interval.micros >= 0 &&
         (interval.months > 0 || interval.days > 0 || interval.micros > 0);
}

void check_interval(const Stride& interval, KeyKind key) {
  if (!is_positive(interval)) {
    invalid("interval must be positive",
            is_time(key) ? "Every part of the interval must be zero or more, and one of them more."
                         : "");
  }
  if (const auto* time = std::get_if<Interval>(&interval)) {
    if (key == KeyKind::kDate && time->micros != 0) {
      invalid("interval does not fit the key type date",
              "A key of type date needs an interval of whole days.",
              "Use for example '1 day' instead of '24 hours'.");
    }
    if (time->months == 0 && time->days == 0 && time->micros < kMicrosPerSecond) {
      invalid("interval is too short", "The shortest interval of a partition set is one second.");
    }
  } else if (std::get<Point>(interval) > largest(key)) {
    invalid("interval does not fit the key type",
            "A partition would be wider than all values of the type.");
  }
}

void check_retention(const Stride& retention, const Stride& interval, KeyKind key) {
  if (!is_positive(retention)) invalid("retention must be positive");
  if (const auto* width = std::get_if<Point>(&retention);
      width != nullptr && *width > largest(key)) {
    invalid("retention does not fit the key type",
            "It would be wider than all values of the type.");
  }
  if (usual_length(retention) < usual_length(interval)) {
    invalid("retention must not be shorter than the interval",
            "A partition would be retired before it is full.");
  }
}

void check_ahead(const Interval& ahead, const Stride& interval) {
  if (ahead.months < 0 || ahead.days < 0 || ahead.micros < 0) invalid("ahead must not be negative");
  const auto* time = std::get_if<Interval>(&interval);
  if (time != nullptr && usual_length(ahead) / usual_length(*time) > kMostPremade) {
    invalid("ahead is too long",
            "It may be at most " + std::to_string(kMostPremade) + " times the interval.");
  }
}

void check_range(const Policy& policy, KeyKind key) {
  if (!policy.interval) {
    invalid("a range set needs an interval", {},
            is_time(key) ? "Add for example \"interval\" => '1 month'."
                         : "Add for example \"interval\" => '1000000'.");
  }
  check_interval(*policy.interval, key);
  if (policy.retention) check_retention(*policy.retention, *policy.interval, key);
  if (policy.premake < 0) invalid("premake must not be negative");
  if (policy.premake > kMostPremade) {
    invalid("premake is too large", "It may be at most " + std::to_string(kMostPremade) + ".");
  }
  if (policy.ahead) check_ahead(*policy.ahead, *policy.interval);
}

void check_lists(const std::vector<ListGroup>& lists) {
  std::set<std::string> names;
  std::set<std::optional<std::string>> values;
  for (const ListGroup& group : lists) {
    if (group.name.empty()) invalid("a list group needs a name");
    if (!names.insert(group.name).second) {
      invalid("list group \"" + group.name + "\" is named more than once");
    }
    if (group.values.empty()) invalid("list group \"" + group.name + "\" has no values");
    for (const auto& value : group.values) {
      if (!values.insert(value).second) {
        throw Failure(Problem::kInvalidDefinition,
                      "value " + (value ? "\"" + *value + "\"" : std::string("NULL")) +
                          " stands in more than one place of lists",
                      "Each value belongs to exactly one partition.");
      }
    }
  }
}

void check_hash(const Policy& policy) {
  if (!policy.partitions) {
    invalid("a hash set needs the number of partitions", {}, "Add for example partitions => 8.");
  }
  if (*policy.partitions < 1 || *policy.partitions > kMostHashPartitions) {
    invalid("number of partitions must be between 1 and " + std::to_string(kMostHashPartitions));
  }
  if (policy.default_partition) {
    throw Failure(Problem::kInvalidDefinition,
                  "a hash-partitioned table may not have a default partition");
  }
}

void check_drain(const Policy& policy) {
  if (policy.auto_list_rows < 1) invalid("auto_list_rows must be positive");
  if (policy.default_partition) return;
  if (policy.drain) {
    invalid("drain needs a default partition", {}, "Add default_partition => true.");
  }
  if (policy.auto_list) {
    invalid("auto_list needs a default partition", "New values are found there.",
            "Add default_partition => true.");
  }
}

void check_belongs(const Policy& policy, Method method) {
  if (policy.interval) check_applies("interval", Method::kRange, method);
  if (policy.retention) check_applies("retention", Method::kRange, method);
  if (policy.retention_count) check_applies("retention_count", Method::kRange, method);
  if (policy.retention_bytes) check_applies("retention_bytes", Method::kRange, method);
  if (policy.retire_shard) check_applies("retire_shard", Method::kRange, method);
  if (policy.origin) check_applies("start_at", Method::kRange, method);
  if (policy.ahead) check_applies("ahead", Method::kRange, method);
  if (!policy.lists.empty()) check_applies("lists", Method::kList, method);
  if (policy.auto_list) check_applies("auto_list", Method::kList, method);
  if (policy.partitions) check_applies("partitions", Method::kHash, method);
}

}  // namespace

const char* text(Method method) {
  switch (method) {
    case Method::kRange: return "range";
    case Method::kList: return "list";
    case Method::kHash: break;
  }
  return "hash";
}

const char* text(Retire retire) {
  switch (retire) {
    case Retire::kDetach: return "detach";
    case Retire::kArchive: return "archive";
    case Retire::kExport: return "export";
    case Retire::kShard: return "shard";
    case Retire::kDrop: break;
  }
  return "drop";
}

const char* text(ExportFormat format) { return format == ExportFormat::kCsv ? "csv" : "binary"; }

std::optional<Retire> read_retire(const std::string& word) {
  for (const Retire retire : kAllRetire) {
    if (word == text(retire)) return retire;
  }
  return std::nullopt;
}

void check_applies(const char* setting, Method owner, Method method) {
  if (owner == method) return;
  invalid(std::string(setting) + " does not apply to a " + text(method) + " set",
          std::string("It is a setting of ") + text(owner) + " sets.");
}

void validate(const Policy& policy, Method method, std::optional<KeyKind> key) {
  check_belongs(policy, method);
  if (method == Method::kRange) check_range(policy, key.value());
  if (method == Method::kList) check_lists(policy.lists);
  if (method == Method::kHash) check_hash(policy);
  check_retirement(policy);
  check_drain(policy);
  if (!policy.naming.empty()) check_naming(policy.naming);
}

}  // namespace pgscale
