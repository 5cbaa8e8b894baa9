#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/axis.h"

namespace pgscale {

enum class Method { kRange, kList, kHash };
[[nodiscard]] const char* text(Method method);

// What happens to a partition that retention or a person retires.
enum class Retire { kDetach, kDrop };
[[nodiscard]] const char* text(Retire retire);

// One named partition of a list set; an empty optional is the value NULL.
struct ListGroup {
  std::string name;
  std::vector<std::optional<std::string>> values;
};

// What the user wants of a partition set. Fields that a method does not know stay empty.
struct Policy {
  std::optional<Stride> interval;   // range: how wide a partition is
  std::optional<Stride> retention;  // range: how long after its upper bound a partition is kept
  Retire retire = Retire::kDetach;
  int premake = 4;                // range: whole partitions ahead of the current one, at least
  std::optional<Interval> ahead;  // range: for how long there are to be partitions
  std::optional<Point> origin;    // range: the bound from which the others are counted
  bool fill_from_origin = false;  // range: the past from the origin on is still owed
  bool fill_holes = false;        // range: holes of the past are closed, too; only repair() asks
  bool default_partition = false;
  std::optional<int> partitions;  // hash: the modulus
  std::vector<ListGroup> lists;
  std::string naming;  // template of partition names; empty means the usual one
  bool paused = false;
};

// Throws Failure for a setting given to a set of another method: a misunderstanding worth telling.
void check_applies(const char* setting, Method owner, Method method);

// Errors that a policy makes by itself, whatever the table holds: an interval that does not fit the
// key type, a negative premake, retention shorter than an interval, lists that overlap, and so on.
// Throws Failure. `key` is empty for list and hash.
void validate(const Policy& policy, Method method, std::optional<KeyKind> key);

}  // namespace pgscale
