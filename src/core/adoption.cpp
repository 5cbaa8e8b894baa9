#include "core/adoption.h"

#include <algorithm>

#include "core/grid.h"
#include "core/naming.h"

namespace pgscale {
namespace {

Finding boundary_at(const Axis& axis, Point boundary, Verdict verdict, const std::string& finding) {
  return {"boundary", axis.text(boundary), verdict, finding,
          "the table becomes the partition of all rows below it; from it on rows go to partitions "
          "of their own"};
}

BoundaryChoice no_boundary(const std::string& object, const std::string& finding,
                           const std::string& treatment) {
  return {std::nullopt, {"boundary", object, Verdict::kBlocker, finding, treatment}};
}

// Where rows come in now: the present for times, the newest row for numbers.
Point position_of(const Adoptee& table, const AdoptionRequest& request) {
  if (is_time(request.axis.kind())) return request.axis.position(request.now);
  if (table.rows && table.rows->newest) return *table.rows->newest;
  return request.policy.origin.value_or(0);
}

BoundaryChoice check_asked(const Adoptee& table, const AdoptionRequest& request, Point position) {
  const Axis& axis = request.axis;
  const Point asked = *request.boundary;
  if (table.rows && table.rows->newest && asked <= *table.rows->newest) {
    return no_boundary(axis.text(asked),
                       "there are rows above it, up to " + axis.text(*table.rows->newest),
                       "choose a boundary above all rows");
  }
  if (is_time(axis.kind()) && asked <= position) {
    return no_boundary(axis.text(asked), "it does not lie ahead", "choose one in the future");
  }
  return {asked, boundary_at(axis, asked, Verdict::kInfo, "as asked for")};
}

// One row with a wrong date must not make a partition of a hundred years.
BoundaryChoice above_newest(const Adoptee& table, const AdoptionRequest& request, const Grid& grid,
                            Point first) {
  const Axis& axis = request.axis;
  const Point newest = *table.rows->newest;
  const Point boundary = grid.next_after(newest);
  if (boundary > axis.add(first, *request.policy.interval, request.policy.premake)) {
    return no_boundary(
        axis.text(newest),
        "the newest row lies further ahead than the partitions kept ready would reach",
        "correct or delete such rows, or ask for a boundary above them");
  }
  return {boundary, boundary_at(axis, boundary, Verdict::kChange,
                                "rows lie ahead, up to " + axis.text(newest))};
}

}  // namespace

const char* text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk: return "ok";
    case Verdict::kInfo: return "info";
    case Verdict::kChange: return "change";
    case Verdict::kBlocker: break;
  }
  return "blocker";
}

AdoptionNames adoption_names(const Adoptee& table, const std::string& naming) {
  const Identifier& schema = table.name.schema;
  const std::string number = std::to_string(table.oid);
  const std::string oldest = partition_name(table.name.name.name(), naming, Method::kRange, "min");
  return {table.name,
          {schema, Identifier(oldest)},
          {schema, Identifier("pgscale_like_" + number)},
          {schema, Identifier("pgscale_table_" + number)},
          Identifier("pgscale_key_" + number)};
}

BoundaryChoice choose_boundary(const Adoptee& table, const AdoptionRequest& request) {
  const Axis& axis = request.axis;
  if (table.rows && table.rows->is_beyond) {
    return no_boundary(table.key, "rows have a value above every bound, such as infinity",
                       "correct or delete them");
  }
  if (!table.rows && !is_time(axis.kind())) {
    return no_boundary(table.key, "its owner cannot see all rows, so nobody can tell the largest",
                       "grant it the privilege, or end FORCE ROW LEVEL SECURITY meanwhile");
  }
  const Point position = position_of(table, request);
  if (request.boundary) return check_asked(table, request, position);

  const Stride& interval = *request.policy.interval;
  const Grid grid(axis, request.policy.origin.value_or(default_origin(axis, interval, request.now)),
                  interval);
  const Point first = grid.next_after(axis.add(position, interval));
  if (first > axis.last()) {
    return no_boundary(axis.text(position), "the key type has no room for partitions above it",
                       "give the column a wider type");
  }
  if (table.rows && table.rows->newest && *table.rows->newest >= first) {
    return above_newest(table, request, grid, first);
  }
  return {first, boundary_at(axis, first, Verdict::kInfo, "at least one interval ahead")};
}

Partition partition_to_be(const Adoptee& table, const QualifiedName& name, Point boundary) {
  return {table.oid, name, TableKind::kTable, Range{End::minimum(), End::at(boundary)}, {}, false};
}

Micros end_of_guard(const Axis& axis, Point boundary, Micros now) {
  return now + (axis.instant(boundary) - now) / 2;
}

bool is_near(Point boundary, const Stride& interval, Point newest) {
  return newest >= boundary - usual_length(interval) / 2;
}

const AdopteeIndex* key_to_extend(const Adoptee& table) {
  const auto found =
      std::find_if(table.indexes.begin(), table.indexes.end(), [](const AdopteeIndex& index) {
        return index.is_primary && !index.is_exclusion && !index.holds_key;
      });
  return found == table.indexes.end() ? nullptr : &*found;
}

const AdopteeIndex* extended_key(const Adoptee& table) {
  const AdopteeIndex* key = key_to_extend(table);
  if (key == nullptr) return nullptr;
  std::vector<std::string> columns = key->columns;
  columns.push_back(table.key);
  std::vector<std::string> included = key->included;
  included.erase(std::remove(included.begin(), included.end(), table.key), included.end());
  const auto found =
      std::find_if(table.indexes.begin(), table.indexes.end(), [&](const AdopteeIndex& index) {
        return index.is_unique && !index.is_constraint && index.is_valid && index.is_plain &&
               !index.is_deferrable && index.columns == columns && index.included == included;
      });
  return found == table.indexes.end() ? nullptr : &*found;
}

bool has_index_on_key(const Adoptee& table) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const AdopteeIndex& index) {
    return index.is_valid && index.is_plain && !index.columns.empty() &&
           index.columns.front() == table.key;
  });
}

Findings findings_on_partitions(const Plan& plan) {
  Findings found;
  int count = 0;
  std::string first;
  for (const Item& item : plan.items) {
    if (const auto* refusal = std::get_if<Refusal>(&item)) {
      found.push_back(
          {"partition", refusal->partition, Verdict::kBlocker, refusal->message, refusal->hint});
      continue;
    }
    const Step& step = std::get<Step>(item);
    if (count++ == 0) first = readable(step.partition);
  }
  if (count > 0) {
    found.push_back({"partition", first, Verdict::kInfo,
                     "the first of " + std::to_string(count) + " partitions to come",
                     "made before the cut-over, the rest of them after it"});
  }
  return found;
}

void refuse_blocked(const Adoptee& table, const Findings& findings) {
  const Finding* first = nullptr;
  int blockers = 0;
  for (const Finding& finding : findings) {
    if (finding.verdict != Verdict::kBlocker) continue;
    if (blockers++ == 0) first = &finding;
  }
  if (first == nullptr) return;
  std::string detail = "The first is: " + first->subject + " " + first->object + ": " +
                       first->finding + ". What to do: " + first->treatment + ".";
  throw Failure(Problem::kNotInPrerequisiteState,
                "cannot adopt table \"" + table.name.name.name() +
                    "\": " + std::to_string(blockers) + (blockers == 1 ? " blocker" : " blockers"),
                detail, "See pgscale.adopt_report() for all of them.");
}

}  // namespace pgscale
