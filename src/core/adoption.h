#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/adoptee.h"
#include "core/plan.h"

namespace pgscale {

// What an adoption finds about one object of the table, and what it does about it.
enum class Verdict {
  kOk,      // nothing to do
  kInfo,    // nothing to do, but good to know
  kChange,  // something will be different afterwards
  kBlocker  // until somebody acts the table cannot be adopted
};
[[nodiscard]] const char* text(Verdict verdict);

struct Finding {
  std::string subject;
  std::string object;
  Verdict verdict;
  std::string finding;
  std::string treatment;
};
using Findings = std::vector<Finding>;

// The names that an adoption moves about. Parent and table change names at the cut-over.
struct AdoptionNames {
  QualifiedName table;    // of the table; from the cut-over on of the parent
  QualifiedName old;      // of the parent; from the cut-over on of the table
  QualifiedName sample;   // of a table like the first, which lives for a moment
  QualifiedName passing;  // of the table while the other two are exchanged
  Identifier key_index;   // of the primary key's index to be
};
[[nodiscard]] AdoptionNames adoption_names(const Adoptee& table, const std::string& naming);

// What is wanted of the set that the table is to become a part of.
struct AdoptionRequest {
  Policy policy;
  Axis axis;
  Micros now;
  std::optional<Point> boundary;  // that the user asked for
};

// The upper bound of the table as a partition, which must lie above all of its rows and of those
// that come in until the cut-over; empty, with the reason, where there is none.
struct BoundaryChoice {
  std::optional<Point> boundary;
  Finding finding;
};
[[nodiscard]] BoundaryChoice choose_boundary(const Adoptee& table, const AdoptionRequest& request);

// The table as the partition that it will be.
[[nodiscard]] Partition partition_to_be(const Adoptee& table, const QualifiedName& name,
                                        Point boundary);

// A guard refuses rows from the boundary on. If the adoption does not go on, it must be gone before
// they come: times, half-way from now to the boundary.
[[nodiscard]] Micros end_of_guard(const Axis& axis, Point boundary, Micros now);
// Numbers, when the newest row comes as near as half an interval.
[[nodiscard]] bool is_near(Point boundary, const Stride& interval, Point newest);

// The index that becomes the primary key of the table as a partition; none while it must be built.
[[nodiscard]] const AdopteeIndex* extended_key(const Adoptee& table);

// All findings but those on the boundary and on the partitions to come, blockers among them.
[[nodiscard]] Findings findings(const Adoptee& table, const AdoptionNames& names);

// What the plan of the set, with the table among its partitions, says of the partitions to come.
[[nodiscard]] Findings findings_on_partitions(const Plan& plan);

// Throws Failure when there is a blocker.
void refuse_blocked(const Adoptee& table, const Findings& findings);

}  // namespace pgscale
