#include "core/retirement_policy.h"

#include "core/failure.h"

namespace pgscale {
namespace {

[[noreturn]] void invalid(const std::string& message, const std::string& detail = {},
                          const std::string& hint = {}) {
  throw Failure(Problem::kInvalidParameter, message, detail, hint);
}

bool is_positive(const Interval& interval) {
  return interval.months >= 0 && interval.days >= 0 && interval.micros >= 0 &&
         (interval.months > 0 || interval.days > 0 || interval.micros > 0);
}

[[noreturn]] void does_not_apply(const char* settings, const Policy& policy, const char* detail) {
  invalid(std::string(settings) + " does not apply to retire = " + text(policy.retire), detail);
}

void check_amounts(const Policy& policy) {
  if (policy.retention_count && *policy.retention_count < 1) {
    invalid("retention_count must be positive", {},
            "The partition of the present and those after it are not counted.");
  }
  if (policy.retention_bytes && *policy.retention_bytes < 1) {
    invalid("retention_bytes must be positive");
  }
}

void check_keep_for(const Policy& policy) {
  if (!policy.keep_for) return;
  if (!is_positive(*policy.keep_for)) invalid("keep_for must be positive");
  if (policy.retire == Retire::kDrop || policy.retire == Retire::kExport) return;
  does_not_apply("keep_for", policy, "It tells how long a detached partition waits to be dropped.");
}

void check_archive(const Policy& policy) {
  if (policy.retire != Retire::kArchive) {
    if (!policy.archive) return;
    does_not_apply("archive_schema, archive_tablespace or archive_indexes", policy,
                   "These are settings of retire = archive.");
  }
  const ArchivePolicy archive = policy.archive.value_or(ArchivePolicy{});
  if (!archive.schema.empty() || !archive.tablespace.empty() || !archive.indexes) return;
  invalid("retire = archive needs to know what to do with a partition", {},
          "Add archive_schema, archive_tablespace or archive_indexes => false.");
}

void check_export(const Policy& policy) {
  if (policy.retire != Retire::kExport) {
    if (!policy.exported) return;
    does_not_apply("export_path or export_format", policy,
                   "These are settings of retire = export.");
  }
  if (!policy.exported || policy.exported->path.empty()) {
    invalid("retire = export needs export_path", {},
            "It is a directory of the server that the server may write to.");
  }
  const std::string& path = policy.exported->path;
  if (path.front() != '/') {
    invalid("export_path \"" + path + "\" is not absolute", {}, "Begin it with a slash.");
  }
  constexpr std::size_t kLongest = 600;  // a file in it must have a name that the server can handle
  if (path.size() > kLongest) {
    invalid("export_path is too long",
            "It may have at most " + std::to_string(kLongest) + " bytes.");
  }
}

void check_shard(const Policy& policy) {
  if (policy.retire != Retire::kShard) {
    if (!policy.retire_shard) return;
    does_not_apply("retire_shard", policy, "It is a setting of retire = shard.");
  }
  if (policy.retire_shard) return;
  invalid("retire = shard needs retire_shard", {}, "It is the shard that partitions are moved to.");
}

}  // namespace

void check_retirement(const Policy& policy) {
  check_amounts(policy);
  check_keep_for(policy);
  check_archive(policy);
  check_export(policy);
  check_shard(policy);
}

}  // namespace pgscale
