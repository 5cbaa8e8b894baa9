#include "catalog/policies.h"
#include "core/failure.h"
#include "core/interval_words.h"
#include "pg/attempt.h"
#include "pg/query.h"
#include "shim/times.h"

namespace pgscale::catalog {
namespace {

[[noreturn]] void invalid(const char* setting, const std::string& text, const std::string& detail,
                          const std::string& hint) {
  throw Failure(Problem::kInvalidParameter,
                std::string("invalid value for ") + setting + ": \"" + text + "\"", detail, hint);
}

Retire known_retire(const std::string& word) {
  if (const auto retire = read_retire(word)) return *retire;
  std::string known;
  for (const Retire retire : kAllRetire) {
    known += (known.empty() ? "" : ", ") + std::string(text(retire));
  }
  invalid("retire", word, {}, "Available values: " + known + ".");
}

Interval read_keep_for(const std::string& text) {
  constexpr char kHint[] = "For example '30 days' or '12 hours'.";
  // PostgreSQL would take it for seconds, which is hardly what is meant.
  if (text.find_first_not_of(" .+-0123456789") == std::string::npos) {
    invalid("keep_for", text, "It has no unit.", kHint);
  }
  Interval interval;
  if (const auto trouble = pg::attempt([&] {
        pg::call(pgs_interval_input, without_quarters(text).c_str(), &interval.months,
                 &interval.days, &interval.micros);
      })) {
    invalid("keep_for", text, {}, kHint);
  }
  return interval;
}

std::int64_t read_bytes(const std::string& text) {
  std::int64_t bytes = 0;
  if (const auto trouble = pg::attempt([&] {
        bytes = pg::to_int(pg::query(Sql("SELECT pg_size_bytes($1)"), {text}).front()[0]);
      })) {
    invalid("retention_bytes", text, {}, "For example '500 GB'.");
  }
  return bytes;
}

ExportFormat read_format(const std::string& word) {
  for (const ExportFormat format : {ExportFormat::kCsv, ExportFormat::kBinary}) {
    if (word == text(format)) return format;
  }
  invalid("export_format", word, {}, "Available values: csv, binary.");
}

std::optional<ArchivePolicy> read_archive(const PolicyRow& row) {
  if (!row.archive_schema && !row.archive_tablespace && !row.archive_indexes) return std::nullopt;
  return ArchivePolicy{row.archive_schema.value_or(""), row.archive_tablespace.value_or(""),
                       row.archive_indexes.value_or(true)};
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::optional<ExportPolicy> read_export(const PolicyRow& row) {
  if (!row.export_path && !row.export_format) return std::nullopt;
  ExportPolicy policy;
  policy.path = without_slashes(row.export_path.value_or(""));
  if (row.export_format) policy.format = read_format(*row.export_format);
  return policy;
}

std::optional<QualifiedName> read_function(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  const auto rows = pg::query(Sql("SELECT a[1], a[2] FROM parse_ident($1) a"), {*name});
  return QualifiedName{Identifier(*rows.front()[0]), Identifier(*rows.front()[1])};
}

}  // namespace

void interpret_retirement(const PolicyRow& row, Policy& policy) {
  policy.retire = known_retire(row.retire);
  policy.retention_count = row.retention_count;
  if (row.retention_bytes) policy.retention_bytes = read_bytes(*row.retention_bytes);
  if (row.keep_for) policy.keep_for = read_keep_for(*row.keep_for);
  policy.archive = read_archive(row);
  policy.exported = read_export(row);
  policy.retire_shard = row.retire_shard;
  policy.before_retire = read_function(row.before_retire);
  policy.after_retire = read_function(row.after_retire);
}

void make_retirement_canonical(PolicyRow& row, const Policy& policy) {
  if (row.export_path) row.export_path = policy.exported->path;
  if (policy.retention_bytes) row.retention_bytes = std::to_string(*policy.retention_bytes);
  if (row.keep_for)
    row.keep_for = pg::call(pgs_interval_text, without_quarters(*row.keep_for).c_str());
}

}  // namespace pgscale::catalog
