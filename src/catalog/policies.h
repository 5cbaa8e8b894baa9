#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/parents.h"
#include "core/policy.h"

namespace pgscale::catalog {

// A row of pgscale.policy: the policy in the words of its user, made canonical.
struct PolicyRow {
  std::optional<std::string> interval;
  int premake = 4;
  std::optional<std::string> origin;
  std::optional<std::string> retention;
  std::string retire = "detach";
  bool default_partition = false;
  std::string timezone = "UTC";
  std::optional<int> partitions;
  std::optional<std::string> lists;  // jsonb
  std::optional<std::string> naming;
  bool drain = false;
  bool auto_list = false;
  int auto_list_rows = 1000;
  bool paused = false;
  std::optional<std::string> ahead;
  std::optional<std::string> encoding;
  std::optional<std::string> encoding_options;  // jsonb
  std::optional<std::string> encoder;  // a function with its argument, as to_regprocedure()
  std::optional<std::string> decoder;  // reads it
  std::optional<int> retention_count;
  std::optional<std::string> retention_bytes;
  std::optional<std::string> keep_for;
  std::optional<std::string> archive_schema;
  std::optional<std::string> archive_tablespace;
  std::optional<bool> archive_indexes;
  std::optional<std::string> export_path;
  std::optional<std::string> export_format;
  std::optional<std::string> before_retire;
  std::optional<std::string> after_retire;
  std::optional<std::string> retire_shard;
  std::optional<std::string> storage_parameters;  // text[], as pg_class.reloptions
  Oid index_template = 0;                         // a table; 0: none
};

// The parents of the sets the current user may maintain, in the order of their names.
[[nodiscard]] std::vector<Oid> own_sets();
// Whether the current user may see what views show of the set: its owner, and pg_read_all_stats.
[[nodiscard]] bool may_see(Oid parent);

[[nodiscard]] std::optional<PolicyRow> load_policy(Oid parent);
// Whether the policy is still the one of the row; false when it is gone.
[[nodiscard]] bool is_current(Oid parent, const PolicyRow& row);
// Throws Failure when the table is no partition set.
[[nodiscard]] PolicyRow require_policy(const ParentFacts& facts);
// False when the table is managed already.
[[nodiscard]] bool insert_policy(Oid parent, const PolicyRow& row);
void update_policy(Oid parent, const PolicyRow& row);
void delete_policy(Oid parent);
void remove_list_group(Oid parent, const std::string& group);

// Reads the words: intervals, numbers and times by the server's own input functions. Throws when
// one does not fit the key, and when validate() finds fault.
[[nodiscard]] Policy interpret(const PolicyRow& row, const ParentFacts& facts);

// A position on the axis of a range set in the words of a user, or in those of Axis::text(). Throws
// Failure when it does not fit the key; `setting` says what it is.
[[nodiscard]] Point read_position(const char* setting, const std::string& text,
                                  const PolicyRow& row, const ParentFacts& facts);

// Their parts that are about retirement.
void interpret_retirement(const PolicyRow& row, Policy& policy);
void make_retirement_canonical(PolicyRow& row, const Policy& policy);

// The same row with every word as the server writes it, so that no later setting can change it.
[[nodiscard]] PolicyRow canonical(PolicyRow row, const Policy& policy, const ParentFacts& facts);

// The line of a range set's bounds; empty for list and hash.
[[nodiscard]] std::optional<Axis> axis_of(const PolicyRow& row, const ParentFacts& facts);

}  // namespace pgscale::catalog
