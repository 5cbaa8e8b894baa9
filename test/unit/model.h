#pragma once

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "builders.h"
#include "core/cold_shard.h"
#include "core/step.h"

namespace pgscale::testing {

// The columns of one end in a bound clause: "'1000', MINVALUE".
inline std::vector<EndColumn> read_columns(const std::string& sql) {
  std::vector<EndColumn> columns;
  for (std::size_t at = 0; at < sql.size(); at++) {
    const std::size_t end = std::min(sql.find(", ", at), sql.size());
    const std::string column = sql.substr(at, end - at);
    if (column == "MINVALUE") {
      columns.push_back({EndKind::kMinimum, ""});
    } else if (column == "MAXVALUE") {
      columns.push_back({EndKind::kMaximum, ""});
    } else {
      columns.push_back({EndKind::kValue, column.substr(1, column.size() - 2)});
    }
    at = end + 1;
  }
  return columns;
}

// The value of a column as the server would read it back.
inline Place read_value(const Axis& axis, const std::string& text) {
  if (axis.encoding()) return axis.encoding()->decode(text);
  Micros time = moment(text.c_str());
  const auto dot = text.find('.');
  if (dot != std::string::npos) {
    std::string fraction = text.substr(dot + 1, text.find_first_of("+-", dot) - dot - 1);
    fraction.resize(6, '0');
    time += std::stoi(fraction);
  }
  if (axis.kind() == KeyKind::kTimestampTz) {
    const auto sign = text.find_last_of("+-");
    int hour = 0, minute = 0, second = 0;
    std::sscanf(text.c_str() + sign + 1, "%d:%d:%d", &hour, &minute, &second);
    const Micros offset = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
    time += text[sign] == '-' ? offset : -offset;
  }
  return {time, true};
}

// A bound as the server would read it back: "MAXVALUE", "'1000'", "'2026-11-01 00:00:00+05:30'".
// Between two positions the models have at most one end, "b" in the second column.
inline End read_end(const Axis& axis, const std::string& sql) {
  const std::vector<EndColumn> columns = read_columns(sql);
  const EndColumn& first = columns.front();
  if (first.kind == EndKind::kMinimum) return End::minimum();
  if (first.kind == EndKind::kMaximum) return End::maximum();
  End end;
  bool is_regular = columns.size() == 1 || columns[1].kind == EndKind::kMinimum;
  if (is_time(axis.kind())) {
    const Place place = read_value(axis, first.value);
    end.value = place.instant;
    is_regular = is_regular && place.is_exact;
  } else {
    end.value =
        parse_decimal(first.value, axis.kind() == KeyKind::kNumeric ? kNumericScale : 0).value();
  }
  if (is_regular) return end;
  end.rank = 1;
  end.columns = columns;
  return end;
}

inline Range read_range(const Axis& axis, const std::string& clause) {
  const std::string from = "FOR VALUES FROM (", to = ") TO (";
  const auto middle = clause.find(to);
  EXPECT_EQ(clause.rfind(from, 0), 0U) << clause;
  const auto upper = middle + to.size();
  return {read_end(axis, clause.substr(from.size(), middle - from.size())),
          read_end(axis, clause.substr(upper, clause.size() - 1 - upper))};
}

inline bool overlap(const Range& a, const Range& b) {
  return a.lower < b.upper && b.lower < a.upper;
}

inline std::vector<Range> ranges_of(const PartitionSet& set) {
  std::vector<Range> ranges;
  for (const Partition& partition : set.inventory.partitions) {
    if (const auto* range = std::get_if<Range>(&partition.bound)) ranges.push_back(*range);
  }
  return ranges;
}

// Carries out range plans on the inventory the way a server would, and fails the test where a
// server would refuse: overlapping bounds, a name in use, an attach without guard beside a default
// partition.
class Server {
 public:
  explicit Server(PartitionSet& set, Micros now = 0) : set_(set), now_(now) {}

  void carry_out(const Plan& plan) {
    for (const Item& item : plan.items) {
      const Step* step = step_of(item);
      ASSERT_NE(step, nullptr) << std::get<Refusal>(item).message;
      carry_out(*step);
    }
    EXPECT_FALSE(guarded_);
  }

 private:
  void carry_out(const Step& step) {
    switch (step.action) {
      case Action::kFinalize:
      case Action::kDetach: return detach(step);
      case Action::kUnguard: set_.inventory.guard_left = false; return;
      case Action::kGuard:
        EXPECT_FALSE(guarded_ || set_.inventory.guard_left) << "one guard at a time";
        guarded_ = true;
        return;
      case Action::kValidate: EXPECT_TRUE(guarded_); return;
      case Action::kCreate: return create(step);
      case Action::kCreateDefault:
        use_name(step);
        attach(set_, name(step), DefaultSlot{});
        return;
      case Action::kBeforeRetire: asked_.insert(name(step)); return;
      case Action::kArchive: table_of(step).done = true; return;
      case Action::kSeal:
        if (step.retire == Retire::kShard) return seal(step);
        EXPECT_FALSE(table_of(step).sealed) << name(step);
        table_of(step).sealed = true;
        return;
      case Action::kExport:
        EXPECT_TRUE(table_of(step).sealed) << name(step);
        table_of(step).done = true;
        return;
      case Action::kCopy:
        EXPECT_TRUE(partition_of(step).sealed) << name(step);
        partition_of(step).copy = ColdCopy{
            step.partition_oid + kCopies, *step.copy, {step.remote->shard, step.remote->table}};
        return;
      case Action::kSwap: return swap(step);
      case Action::kAfterRetire: return;
      case Action::kDrop: return drop(step);
      default: ADD_FAILURE() << "no plan of ranges alone has a step " << text(step.action);
    }
  }

  void create(const Step& step) {
    const Range range = read_range(*set_.axis, step.bounds);
    EXPECT_TRUE(range.lower < range.upper) << step.bounds;
    for (const Range& other : ranges_of(set_)) EXPECT_FALSE(overlap(range, other)) << step.bounds;
    EXPECT_EQ(guarded_, default_partition(set_.inventory) != nullptr);
    guarded_ = false;
    use_name(step);
    attach(set_, name(step), range);
  }

  void detach(const Step& step) {
    auto& partitions = set_.inventory.partitions;
    const auto found = std::find_if(partitions.begin(), partitions.end(), [&](const Partition& p) {
      return p.oid == step.partition_oid;
    });
    ASSERT_NE(found, partitions.end()) << name(step);
    const bool is_asked = step.action == Action::kFinalize || asked_.count(name(step)) > 0;
    EXPECT_TRUE(is_asked || !set_.policy.before_retire) << name(step);
    partitions.erase(found);
    auto& tables = set_.inventory.retired;
    tables.erase(std::remove_if(tables.begin(), tables.end(),
                                [&](const RetiredTable& t) { return t.oid == step.partition_oid; }),
                 tables.end());
    retired(set_, step.partition_oid, name(step), step.retire, false);
    tables.back().detached_at = now_;
  }

  Partition& partition_of(const Step& step) {
    for (Partition& partition : set_.inventory.partitions) {
      if (partition.oid == step.partition_oid) return partition;
    }
    throw std::logic_error("no partition " + name(step));
  }

  void seal(const Step& step) {
    EXPECT_TRUE(asked_.count(name(step)) > 0 || !set_.policy.before_retire) << name(step);
    EXPECT_FALSE(partition_of(step).sealed) << name(step);
    partition_of(step).sealed = true;
  }

  // The foreign table takes the place and the name; the local one waits to be dropped.
  void swap(const Step& step) {
    Partition& partition = partition_of(step);
    ASSERT_TRUE(partition.sealed && partition.copy) << name(step);
    partition.oid = partition.copy->oid;
    partition.remote = partition.copy->remote;
    partition.kind = TableKind::kForeign;
    partition.sealed = false;
    partition.copy.reset();
    retired(set_, step.partition_oid, name_after_swap(step.partition).name.name(), Retire::kDrop,
            false);
    set_.inventory.retired.back().detached_at = now_;
  }

  RetiredTable& table_of(const Step& step) {
    for (RetiredTable& table : set_.inventory.retired) {
      if (table.oid == step.partition_oid && !table.attached) return table;
    }
    throw std::logic_error("no detached table " + name(step));
  }

  void drop(const Step& step) {
    auto& tables = set_.inventory.retired;
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const RetiredTable& table) {
      return table.oid == step.partition_oid && !table.attached;
    });
    ASSERT_NE(found, tables.end()) << name(step);
    EXPECT_TRUE(found->action == Retire::kDrop ||
                (found->action == Retire::kExport && found->done && found->sealed));
    const std::string found_name = found->name.name.name();
    tables.erase(found);
    set_.inventory.taken_names.erase(found_name);
  }

  void use_name(const Step& step) {
    EXPECT_EQ(set_.inventory.taken_names.count(name(step)), 0U) << name(step);
  }

  static constexpr Oid kCopies = 1'000'000;  // far from the numbers of other tables

  static const std::string& name(const Step& step) { return step.partition.name.name(); }

  PartitionSet& set_;
  Micros now_;
  std::set<std::string> asked_;
  bool guarded_ = false;
};

}  // namespace pgscale::testing
