#include "api/retirement_arguments.h"

#include "catalog/retirement_targets.h"

namespace pgscale::api {
namespace {

// What is told of one way to retire means nothing to another.
void change_retire(catalog::PolicyRow& row, const std::string& retire) {
  if (row.retire == retire) return;
  row.retire = retire;
  row.keep_for.reset();
  row.archive_schema.reset();
  row.archive_tablespace.reset();
  row.archive_indexes.reset();
  row.export_path.reset();
  row.export_format.reset();
  row.retire_shard.reset();
}

void overlay_function(std::optional<std::string>& setting, const std::optional<Oid>& given,
                      const char* name, const catalog::ParentFacts& facts) {
  if (!given) return;
  if (*given == 0) {
    setting.reset();
  } else {
    setting = catalog::hook_name(name, *given, facts);
  }
}

}  // namespace

void overlay(std::optional<std::string>& setting, const std::optional<std::string>& given) {
  if (!given) return;
  if (*given == "none") {
    setting.reset();
  } else {
    setting = given;
  }
}

void take_retirement(catalog::PolicyRow& row, const PolicyArguments& given,
                     const catalog::ParentFacts& facts) {
  if (given.retire) change_retire(row, *given.retire);
  if (given.retention_count) row.retention_count = given.retention_count;
  if (row.retention_count == 0) row.retention_count.reset();
  overlay(row.retention_bytes, given.retention_bytes);
  overlay(row.keep_for, given.keep_for);
  overlay(row.archive_schema, given.archive_schema);
  overlay(row.archive_tablespace, given.archive_tablespace);
  if (given.archive_indexes) row.archive_indexes = given.archive_indexes;
  overlay(row.export_path, given.export_path);
  overlay(row.export_format, given.export_format);
  overlay(row.retire_shard, given.retire_shard);
  overlay_function(row.before_retire, given.before_retire, "before_retire", facts);
  overlay_function(row.after_retire, given.after_retire, "after_retire", facts);
}

}  // namespace pgscale::api
