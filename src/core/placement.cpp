#include <algorithm>

#include "core/failure.h"
#include "core/naming.h"
#include "core/sharded_table.h"

namespace pgscale {
namespace {

void append_end(Sql& sql, const std::optional<std::string>& value, bool lower) {
  if (value) {
    sql << Literal{*value};
  } else if (lower) {
    sql << "MINVALUE";
  } else {
    sql << "MAXVALUE";
  }
}

std::string range_bound(const NamedBound& bound) {
  if (bound.values.size() != 2) {
    throw Failure(Problem::kInvalidParameter,
                  "partition \"" + bound.name + "\" must have two bounds", {},
                  "Give the lower and the upper bound; null is unbounded.");
  }
  Sql sql("FOR VALUES FROM (");
  append_end(sql, bound.values[0], true);
  sql << ") TO (";
  append_end(sql, bound.values[1], false);
  sql << ")";
  return sql.text();
}

std::string list_bound(const NamedBound& bound) {
  if (bound.values.empty()) {
    throw Failure(Problem::kInvalidParameter, "partition \"" + bound.name + "\" has no values");
  }
  Sql sql("FOR VALUES IN (");
  for (std::size_t i = 0; i < bound.values.size(); i++) {
    if (i > 0) sql << ", ";
    if (bound.values[i]) {
      sql << Literal{*bound.values[i]};
    } else {
      sql << "NULL";
    }
  }
  sql << ")";
  return sql.text();
}

std::string hash_bound(int modulus, int remainder) {
  Sql sql("FOR VALUES WITH (MODULUS ");
  sql << modulus << ", REMAINDER " << remainder << ")";
  return sql.text();
}

// The last part of a name that partition_name() made.
std::string leaf_name(const std::string& table, Method method, const std::string& bound) {
  return partition_name(table, "", method, bound);
}

const Shard& shard_for(const NamedBound& bound, const std::vector<Shard>& shards,
                       std::size_t turn) {
  if (!bound.shard) return shards[turn % shards.size()];
  const auto found = std::find_if(shards.begin(), shards.end(),
                                  [&](const Shard& shard) { return shard.name == *bound.shard; });
  if (found != shards.end()) return *found;
  throw Failure(Problem::kInvalidParameter,
                "shard \"" + *bound.shard + "\" is not among the shards of the table", {},
                "It must exist and not be draining.");
}

void check_request(const PlacementRequest& request) {
  if (request.shards.empty()) {
    throw Failure(Problem::kNotInPrerequisiteState, "there is no shard that takes new tables", {},
                  "Use pgscale.add_shard().");
  }
  constexpr int kMostPartitions = 10000;
  if (request.method == Method::kHash &&
      (request.partitions < 1 || request.partitions > kMostPartitions)) {
    throw Failure(Problem::kInvalidParameter,
                  "invalid value for partitions: " + std::to_string(request.partitions), {},
                  "It is between 1 and 10000.");
  }
}

}  // namespace

std::vector<Placement> place(const PlacementRequest& request) {
  check_request(request);
  std::vector<Placement> placements;
  for (int i = 0; request.method == Method::kHash && i < request.partitions; i++) {
    placements.push_back(
        {leaf_name(request.table, Method::kHash, remainder_name(request.partitions, i)),
         hash_bound(request.partitions, i),
         request.shards[static_cast<std::size_t>(i) % request.shards.size()].name, std::nullopt});
  }
  std::size_t turn = 0;
  for (const NamedBound& bound : request.bounds) {
    const bool is_range = request.method == Method::kRange;
    placements.push_back({leaf_name(request.table, Method::kList, bound.name),
                          is_range ? range_bound(bound) : list_bound(bound),
                          shard_for(bound, request.shards, turn++).name, std::nullopt});
  }
  return placements;
}

std::vector<Shard> shards_for_tables(const std::vector<Shard>& all,
                                     const std::vector<std::string>& names, bool asked_for) {
  std::vector<Shard> shards;
  for (const Shard& shard : all) {
    if (std::find(names.begin(), names.end(), shard.name) == names.end()) continue;
    if (shard.state == ShardState::kActive) {
      shards.push_back(shard);
    } else if (asked_for) {
      throw Failure(Problem::kNotInPrerequisiteState, "shard \"" + shard.name + "\" is draining",
                    {}, "Use pgscale.drain_shard(..., drain => false) to use it again.");
    }
  }
  return shards;
}

void bind_to_regions(std::vector<Placement>& placements, const std::vector<Shard>& shards) {
  for (Placement& placement : placements) {
    const auto shard = std::find_if(shards.begin(), shards.end(), [&](const Shard& each) {
      return each.name == placement.shard;
    });
    if (shard == shards.end() || !shard->region) {
      throw Failure(Problem::kNotInPrerequisiteState,
                    "shard \"" + placement.shard + "\" has no region", {},
                    "Use pgscale.alter_shard(..., region => ...).");
    }
    placement.region = shard->region;
  }
}

std::vector<Placement> place_beside(const std::string& table, Method method,
                                    const std::vector<Placement>& others) {
  std::vector<Placement> placements = others;
  int i = 0;
  for (Placement& placement : placements) {
    const std::string number = remainder_name(static_cast<int>(others.size()), i++);
    placement.leaf = leaf_name(table, method, number);
  }
  return placements;
}

std::string text(const Mark& mark) {
  return "pgscale " + mark.coordinator.cluster + "/" + mark.coordinator.database + " " +
         mark.transaction;
}

std::optional<Mark> parse_mark(const std::string& text) {
  const std::string prefix = "pgscale ";
  if (text.rfind(prefix, 0) != 0) return std::nullopt;
  const auto space = text.find(' ', prefix.size());
  if (space == std::string::npos) return std::nullopt;
  const std::string maker = text.substr(prefix.size(), space - prefix.size());
  const auto slash = maker.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  Mark mark{{maker.substr(0, slash), maker.substr(slash + 1)}, text.substr(space + 1)};
  const bool is_number =
      !mark.transaction.empty() && std::all_of(mark.transaction.begin(), mark.transaction.end(),
                                               [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  return mark;
}

}  // namespace pgscale
