#pragma once

#include <optional>
#include <string>

#include "catalog/inventory.h"
#include "core/failure.h"
#include "pg/arguments.h"

namespace pgscale::api {

// The arguments that create_parent() and alter_parent() share, in their SQL order after `parent`.
struct PolicyArguments {
  std::optional<std::string> control;
  std::optional<std::string> interval;
  std::optional<std::string> method;
  std::optional<int> premake;
  std::optional<std::string> start_at;
  std::optional<std::string> retention;
  std::optional<std::string> retire;
  std::optional<bool> default_partition;
  std::optional<std::string> timezone;
  std::optional<int> partitions;
  std::optional<std::string> lists;
  std::optional<std::string> naming;
  std::optional<std::string> ahead;
  std::optional<std::string> encoding;
  std::optional<std::string> encoding_options;
  std::optional<Oid> encoder;
  std::optional<Oid> decoder;
  std::optional<int> retention_count;
  std::optional<std::string> retention_bytes;
  std::optional<std::string> keep_for;
  std::optional<std::string> archive_schema;
  std::optional<std::string> archive_tablespace;
  std::optional<bool> archive_indexes;
  std::optional<std::string> export_path;
  std::optional<std::string> export_format;
  std::optional<Oid> before_retire;  // 0, which is '-', for none
  std::optional<Oid> after_retire;
  std::optional<bool> drain;
  std::optional<bool> auto_list;
  std::optional<int> auto_list_rows;
  std::optional<std::string> retire_shard;
  std::optional<std::string> storage_parameters;
  std::optional<Oid> index_template;  // 0, which is '-', for none
};

[[nodiscard]] PolicyArguments policy_arguments(const pg::Arguments& arguments);

// The policy that a new set begins with, and one with the changes that are given.
[[nodiscard]] catalog::PolicyRow policy_row(const PolicyArguments& given,
                                            const catalog::ParentFacts& facts);
[[nodiscard]] catalog::PolicyRow changed(catalog::PolicyRow row, const PolicyArguments& given,
                                         const catalog::ParentFacts& facts);
// NULL leaves the storage parameters as they are, an empty array clears them.
void take_storage_parameters(catalog::PolicyRow& row, const PolicyArguments& given);
// NULL leaves the template as it is, '-' clears it. Throws Failure for one that does not fit.
void take_template(catalog::PolicyRow& row, const PolicyArguments& given,
                   const catalog::ParentFacts& facts);
// Other slots of a hash set would need rows moved between the partitions.
void refuse_new_modulus(const PolicyArguments& given, const catalog::PolicyRow& row);

// Throws Failure for a set below another, whose policy it follows.
void refuse_below(const catalog::ParentFacts& facts);

// Throws Failure when control or method are given and contradict the table.
void check_against_table(const PolicyArguments& given, const catalog::ParentFacts& facts);

// Throws Failure when a start or an encoding is given that does not hold for the set's times.
void check_start(const PolicyArguments& given, const catalog::PolicyRow& row, const Policy& policy,
                 const catalog::ParentFacts& facts);

// The bound from which a set without a start counts: that of its newest regular partition, else the
// usual one. Empty for list and hash.
[[nodiscard]] std::optional<std::string> counting_origin(const catalog::PolicyRow& row,
                                                         const catalog::ParentFacts& facts);

}  // namespace pgscale::api
