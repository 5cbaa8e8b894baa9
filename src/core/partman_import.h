#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"

namespace pgscale {

// An interval, or a number, of pg_partman's configuration as the server reads it.
struct PartmanSpan {
  std::string text;
  Point usual_length;
};

// What new partitions take from pg_partman's template table and not from the parent.
struct PartmanTemplate {
  std::string table;  // as SQL would name it
  std::vector<std::string> indexes = {};
  std::string trouble = {};  // why they cannot be taken over; empty: they can
  bool unlogged = false;
  std::optional<std::string> storage_parameters = std::nullopt;  // text[]; empty: none
};

struct PartmanPublication {
  std::string name;
  bool publishes_parent;
};

// A column of part_config that is not NULL: true, false, numbers and texts as JSON writes them.
struct PartmanSetting {
  std::string name;
  std::string value;
};

// A row of pg_partman's part_config, of version 4 or 5, with what the catalogs say of its table.
struct PartmanSet {
  explicit PartmanSet(QualifiedName name) : table(std::move(name)) {}

  QualifiedName table;
  std::vector<PartmanSetting> settings;  // in the order of the columns
  Method method = Method::kRange;
  std::vector<std::string> key_columns;
  bool key_is_time = false;
  bool has_default = false;
  std::optional<std::string> root;                // the table it is a partition of
  std::optional<PartmanSpan> interval;            // empty: cannot be read
  std::optional<PartmanSpan> retention;           // empty: none, or cannot be read
  std::optional<PartmanTemplate> template_table;  // empty: none, or it is gone
  std::vector<PartmanPublication> publications;
  std::optional<std::string> encoder;  // with its argument; empty: none, or it is gone
  std::optional<std::string> decoder;
  bool is_subpartitioned = false;  // has a row in part_config_sub
  bool has_deeper_levels = false;  // so have its partitions
  // That row told as of a set, with the catalogs on a partition that is partitioned so; at most
  // one, and none while there is no such partition.
  std::vector<PartmanSet> below = {};
};

[[nodiscard]] const std::string* value_of(const PartmanSet& set, const std::string& setting);
// Whether the set counts in time, not in numbers.
[[nodiscard]] bool counts_in_time(const PartmanSet& set);
// Before it kept intervals, pg_partman had names for them: "monthly" is "1 month".
[[nodiscard]] std::string without_partman_names(const std::string& interval);

// mapped: pgscale does the same. ignored: there is nothing to take over, and nothing is lost.
// unmapped: the set is taken over without. refused: the set is not taken over.
enum class ImportStatus { kMapped, kIgnored, kUnmapped, kRefused };
[[nodiscard]] const char* text(ImportStatus status);

// What becomes of one setting.
struct ImportItem {
  std::string name;
  std::optional<std::string> value;
  std::optional<std::string> mapped_to;
  ImportStatus status;
  std::string note;
  std::optional<Sql> by_hand = std::nullopt;  // what a person may do about it
};

// What create_parent() would be told.
struct ImportedPolicy {
  std::optional<std::string> control;
  std::optional<std::string> interval;
  std::optional<std::string> retention;
  std::optional<std::string> timezone;
  std::optional<std::string> encoding;
  std::optional<std::string> encoder;
  std::optional<std::string> decoder;
  std::optional<std::string> archive_schema;
  std::optional<bool> archive_indexes;
  std::optional<std::string> storage_parameters;  // text[]
  std::optional<std::string> index_template;      // a table, as SQL names it
  int premake = 4;
  Retire retire = Retire::kDetach;
  bool default_partition = false;
  bool paused = false;
};

struct Import {
  ImportedPolicy policy;
  std::optional<ImportedPolicy> level = std::nullopt;  // of its partitions; for create_subparent()
  std::vector<ImportItem> items;
};

[[nodiscard]] Import map_partman(const PartmanSet& set);
[[nodiscard]] bool is_refused(const Import& import);

// The zone goes unsaid in the configuration: pg_partman counts in that of whoever calls it. The
// first one in which the newest regular partition begins at midnight, for months on the first day;
// empty when there is none such. The names of the zones go with their axes.
struct NamedAxis {
  std::string zone;
  Axis axis;
};
[[nodiscard]] std::optional<std::string> fitting_zone(const Inventory& inventory,
                                                      const std::vector<NamedAxis>& axes,
                                                      const Interval& interval);

// The calls that make a set with the same policy, and its level.
[[nodiscard]] Sql create_calls(const QualifiedName& table, const Import& import);

}  // namespace pgscale
