#pragma once

#include <vector>

namespace pgscale {

enum class DdlKind {
  kAlterTable,
  kRenameColumn,
  kCreateIndex,
  kDropIndex,
  kTableComment,
  kColumnComment,
  kGrant,
  kOther,
};

// What a part of an ALTER TABLE changes.
enum class DdlPart {
  kColumn,   // a column or a check: the table here has it, too
  kKey,      // unique, foreign or exclusion: only tables with rows have it
  kStorage,  // how rows are stored: the same
  kNumbers,  // a column that takes its values from a sequence
  kOther,
};

struct DdlStatement {
  int statements = 1;
  DdlKind kind = DdlKind::kOther;
  bool is_concurrent = false;
  bool is_unique = false;  // of an index
  std::vector<DdlPart> parts;
};

enum class DdlExtent { kEverywhere, kShards, kHere };

// Where a statement is to be run, and what the registry and the shards have to learn after it.
struct DdlWork {
  DdlExtent extent = DdlExtent::kEverywhere;
  bool changes_keys = false;
  bool changes_grants = false;
};

// Throws Failure for what is not allowed on a sharded table (42601, 0A000).
[[nodiscard]] DdlWork work_of(const DdlStatement& ddl);

}  // namespace pgscale
