#include "apply/table_export.h"

#include "core/export_file.h"
#include "pg/query.h"
#include "shim/export_files.h"

namespace pgscale::apply {
namespace {

struct Written {
  std::int64_t rows;     // that COPY has told
  std::int64_t counted;  // that the table has, under the same lock
};

// Policies of row security, were the owner subject to them, would leave rows out without a word;
// this way the statement fails. Whether the owner may write files PostgreSQL checks by itself.
Written write_rows(const Step& step, Oid owner, pg::LockTimeout& limit) {
  const auto acting = pg::Acting::as_owner(owner);
  pg::call(pgs_setting_save, "row_security", "off");
  limit.restart();
  limit.spend();
  pg::execute(step.sql[0]);
  const auto rows = static_cast<std::int64_t>(pg::execute(step.sql[1]));
  return {rows, pg::to_int(pg::query(step.sql[2]).front()[0])};
}

std::optional<std::int64_t> rows_in(const std::string& file, ExportFormat format) {
  RowCounter counter(format);
  PgsFileReader* reader = pg::call(pgs_file_open, file.c_str());
  const char* bytes = nullptr;
  while (const std::size_t count = pg::call(pgs_file_read, reader, &bytes)) {
    counter.read({bytes, count});
  }
  pg::call(pgs_file_close, reader);
  return counter.rows();
}

[[noreturn]] void refuse(const Step& step, const std::string& detail) {
  throw Failure(Problem::kNotInPrerequisiteState,
                "could not verify the export of " + readable(step.partition), detail,
                "The table stays; the next visit exports it again.");
}

}  // namespace

std::int64_t export_rows(const Step& step, ExportFormat format, Oid owner, pg::LockTimeout& limit) {
  const std::string partial = step.file + kPartialSuffix;
  const Written written = write_rows(step, owner, limit);
  if (written.rows != written.counted) {
    refuse(step, "COPY wrote " + std::to_string(written.rows) + " rows, but the table has " +
                     std::to_string(written.counted) + ".");
  }
  const auto found = rows_in(partial, format);
  if (found != written.rows) {
    refuse(step, "File \"" + partial + "\" holds " +
                     (found ? std::to_string(*found) + " rows" : std::string("no whole export")) +
                     ", but the table has " + std::to_string(written.rows) + ".");
  }
  pg::call(pgs_file_rename_durably, partial.c_str(), step.file.c_str());
  return written.rows;
}

}  // namespace pgscale::apply
