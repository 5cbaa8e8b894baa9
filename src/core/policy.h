#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/axis.h"
#include "core/index_template.h"
#include "core/options.h"
#include "core/sql.h"

namespace pgscale {

enum class Method { kRange, kList, kHash };
[[nodiscard]] const char* text(Method method);

// What happens to a partition that retention or a person retires.
enum class Retire { kDetach, kDrop, kArchive, kExport, kShard };
inline constexpr Retire kAllRetire[] = {Retire::kDetach, Retire::kDrop, Retire::kArchive,
                                        Retire::kExport, Retire::kShard};
[[nodiscard]] const char* text(Retire retire);
[[nodiscard]] std::optional<Retire> read_retire(const std::string& word);

// What becomes of a partition that is archived.
struct ArchivePolicy {
  std::string schema;      // that it moves to; empty: stays in its own
  std::string tablespace;  // the same
  bool indexes = true;     // whether it keeps them
};

enum class ExportFormat { kCsv, kBinary };
[[nodiscard]] const char* text(ExportFormat format);

// Where the rows of a partition that is exported go.
struct ExportPolicy {
  std::string path;  // a directory of the server
  ExportFormat format = ExportFormat::kCsv;
};

// One named partition of a list set; an empty optional is the value NULL.
struct ListGroup {
  std::string name;
  std::vector<std::optional<std::string>> values;
};

// What the user wants of a partition set. Fields that a method does not know stay empty.
struct Policy {
  std::optional<Stride> interval;      // range: how wide a partition is
  std::optional<Stride> retention;     // range: how long after its upper bound a partition is kept
  std::optional<int> retention_count;  // range: how many partitions of the past are kept
  std::optional<std::int64_t> retention_bytes;  // range: how large the set may be on disk
  Retire retire = Retire::kDetach;
  std::optional<Interval> keep_for;  // how long a detached partition waits to be dropped
  std::optional<ArchivePolicy> archive;
  std::optional<ExportPolicy> exported;
  std::optional<std::string> retire_shard;     // range: where a partition is moved to
  std::optional<QualifiedName> before_retire;  // functions that are called then
  std::optional<QualifiedName> after_retire;
  int premake = 4;                // range: whole partitions ahead of the current one, at least
  std::optional<Interval> ahead;  // range: for how long there are to be partitions
  std::optional<Point> origin;    // range: the bound from which the others are counted
  bool fill_from_origin = false;  // range: the past from the origin on is still owed
  bool fill_holes = false;        // range: holes of the past are closed, too; only repair() asks
  bool default_partition = false;
  std::optional<int> partitions;  // hash: the modulus
  std::vector<ListGroup> lists;
  bool drain = false;          // rows of the default partition are moved to partitions of their own
  bool auto_list = false;      // list: a value that many rows have gets a partition of its own
  int auto_list_rows = 1000;   // how many
  std::string naming;          // template of partition names; empty means the usual one
  Options storage_parameters;  // of the partitions that hold rows; empty: nothing is wished
  IndexTemplate index_template;  // whose indexes they have beside those of the parent
  bool paused = false;
};

// Throws Failure for a setting given to a set of another method: a misunderstanding worth telling.
void check_applies(const char* setting, Method owner, Method method);

// Errors that a policy makes by itself, whatever the table holds: an interval that does not fit the
// key type, a negative premake, retention shorter than an interval, lists that overlap, and so on.
// Throws Failure. `key` is empty for list and hash.
void validate(const Policy& policy, Method method, std::optional<KeyKind> key);

}  // namespace pgscale
