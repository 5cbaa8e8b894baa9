#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.h"
#include "core/table_tree.h"

namespace pgscale {

// While the rows are being written the file has another name, so that one of this name is whole.
inline constexpr char kPartialSuffix[] = ".partial";

// The file of a table in the directory of the policy: schema.table.csv. Bytes of the names that are
// no letter, digit, hyphen or underscore are written as %41, so no name leads anywhere else.
[[nodiscard]] std::string export_file(const ExportPolicy& policy, const QualifiedName& table);

// Keeps the rows as they are exported: none may be added or changed from then on.
inline constexpr char kSealName[] = "pgscale_sealed";
[[nodiscard]] Sql seal_statement(const QualifiedName& table);
[[nodiscard]] Sql export_lock_statement(const QualifiedName& table);
[[nodiscard]] Sql export_statement(const ExportPolicy& policy, const QualifiedName& table,
                                   const std::vector<std::string>& columns);
[[nodiscard]] Sql count_statement(const QualifiedName& table);

// Counts the rows in a file that COPY has written, from its bytes in any portions.
class RowCounter {
 public:
  explicit RowCounter(ExportFormat format) : format_(format) {}
  void read(std::string_view bytes);
  // Empty where the file does not end as COPY ends one.
  [[nodiscard]] std::optional<std::int64_t> rows() const;

 private:
  void read_csv(std::string_view bytes);
  void read_binary(std::string_view bytes);
  void end_number();

  enum class Expected { kSignature, kFlags, kExtensionLength, kFieldCount, kFieldLength, kEnd };

  ExportFormat format_;
  std::int64_t rows_ = 0;
  bool quoted_ = false;  // CSV: inside of quotes
  char last_ = '\0';     // CSV
  Expected expected_ = Expected::kSignature;
  int fields_ = 0;            // binary: of this row that are yet to come
  std::int64_t skip_ = 11;    // binary: bytes that do not matter here
  std::uint32_t number_ = 0;  // binary: as far as it has been read
  int digits_ = 0;
};

}  // namespace pgscale
