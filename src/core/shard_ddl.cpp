#include "core/shard_ddl.h"

#include <algorithm>

#include "core/failure.h"

namespace pgscale {
namespace {

bool is_of_shards(DdlPart part) { return part == DdlPart::kKey || part == DdlPart::kStorage; }

DdlWork work_of_parts(const std::vector<DdlPart>& parts) {
  const auto has = [&](DdlPart part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  if (has(DdlPart::kOther)) {
    throw Failure(Problem::kNotSupported, "ALTER TABLE of this kind cannot be run on shards", {},
                  "Columns, constraints and how rows are stored can be changed.");
  }
  if (has(DdlPart::kNumbers)) {
    throw Failure(Problem::kNotSupported,
                  "each shard would give out the same numbers for this column", {},
                  "Use a bigint column with pgscale.next_id().");
  }
  const auto of_shards = std::count_if(parts.begin(), parts.end(), is_of_shards);
  if (of_shards != 0 && of_shards != static_cast<std::ptrdiff_t>(parts.size())) {
    throw Failure(Problem::kNotSupported,
                  "what only the shards have cannot be changed together with anything else", {},
                  "Use one shard_ddl() for unique and foreign keys and for storage, another for "
                  "the rest.");
  }
  DdlWork work;
  if (of_shards != 0) work.extent = DdlExtent::kShards;
  work.changes_keys = has(DdlPart::kKey);
  return work;
}

}  // namespace

DdlWork work_of(const DdlStatement& ddl) {
  if (ddl.statements != 1) {
    throw Failure(Problem::kInvalidParameter, "ddl must be one statement");
  }
  if (ddl.is_concurrent) {
    throw Failure(Problem::kNotSupported,
                  "what is done CONCURRENTLY cannot be part of a transaction", {},
                  "Use pgscale.exec_shards(), which commits on each shard by itself.");
  }
  switch (ddl.kind) {
    case DdlKind::kAlterTable: return work_of_parts(ddl.parts);
    case DdlKind::kCreateIndex:
      return {ddl.is_unique ? DdlExtent::kShards : DdlExtent::kEverywhere, ddl.is_unique, false};
    case DdlKind::kRenameColumn:
    case DdlKind::kDropIndex:
    case DdlKind::kColumnComment: return {};
    // On the shards it is the mark by which pgscale knows its own tables.
    case DdlKind::kTableComment: return {DdlExtent::kHere, false, false};
    case DdlKind::kGrant: return {DdlExtent::kHere, false, true};
    case DdlKind::kOther: break;
  }
  throw Failure(Problem::kNotSupported, "this statement cannot be run on shards", {},
                "ALTER TABLE, CREATE INDEX, DROP INDEX, COMMENT, GRANT and REVOKE can.");
}

}  // namespace pgscale
