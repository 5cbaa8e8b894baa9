#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/inventory.h"
#include "core/schedule.h"

namespace pgscale::catalog {

// A row of pgscale.set_state: where maintenance of a set stands.
struct SetState {
  bool filled = true;  // false while the past from start_at on is owed
  bool polled = false;
  std::optional<Micros> next_due;
  std::optional<Micros> retry_at;
  std::string refusals;
  int failures = 0;
  int crashes = 0;
  std::optional<Micros> hold_until;    // empty unless it lies ahead
  std::optional<Micros> look_at;       // when the statistics of the parent are next looked at
  std::optional<Micros> refreshed_at;  // when subscriptions were last refreshed for it
  // What hands have changed and no visit has seen; ids in pgscale.change, as an array.
  std::optional<std::string> changes;
};

// What a visit found and left.
struct VisitRecord {
  std::optional<Micros> next_due;
  bool polled = false;
  std::optional<Micros> retry_at;
  bool worked = false;  // at least one step was tried
  bool clean = true;    // nothing is left undone
  bool filled = false;
  std::string error;
  std::string sqlstate;
  std::string refusals;
  std::optional<Micros> look_at;       // empty: as before
  std::optional<std::string> changes;  // those that the visit has seen
  // Number keys: the partitions in which new rows make the set due; empty: only a look can tell.
  std::optional<std::vector<Oid>> watched;
};

// A set without a row, or with that of another server, has been restored: its hold begins now.
[[nodiscard]] SetState load_state(Oid parent);

// The first row of a set. `filled` is false when the user asked for partitions of the past.
void create_state(Oid parent, bool filled);

// Writes down in which server the set lives now, and the hold that began if it is another.
void settle(Oid parent, const SetState& state);

// Counts a crash before any work; record_visit() takes it back. What is left proves a death.
void begin_visit(Oid parent);
void record_visit(Oid parent, const VisitRecord& visit);
void record_refresh(Oid parent);

// The policy has changed: look at once.
void make_due(Oid parent);

// Hands have changed the partitions of these tables, as far as they are sets.
void note_changes(const std::vector<Oid>& parents);

// resume(): forget crashes, failures and a hold, look at once.
void reset_state(Oid parent);

// When any set of this database next wants a visit.
[[nodiscard]] Visit next_visit();

}  // namespace pgscale::catalog
