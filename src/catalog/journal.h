#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/shard_plan.h"
#include "core/step.h"
#include "pg/attempt.h"

namespace pgscale::catalog {

// Who asked for a run.
inline constexpr char kWorkerName[] = "pgscale worker";
[[nodiscard]] std::string session_user();

[[nodiscard]] std::int64_t next_run();

// One row of pgscale.run: begun and committed before the step, ended with it. A row that is still
// "running" while nobody works on the set belongs to a process that died.
void begin_run(std::int64_t run, const Parent& parent, const Step& step,
               const std::string& requester);

// The same for a step on a shard, which is the set of its row.
void begin_run(std::int64_t run, const ShardStep& step, const std::string& requester);

struct RunEnd {
  std::optional<pg::Outcome> failure;  // empty: it went well
  std::vector<int> blockers;
  std::optional<std::int64_t> rows;
  std::string note;  // shown as message of a run that went well
};
void end_run(std::int64_t run, const RunEnd& end);

// How an errand that another process carried out has ended; empty while it has not.
[[nodiscard]] std::optional<RunEnd> find_run_end(std::int64_t run);

void record_refusal(const Parent& parent, const Refusal& refusal, const std::string& requester);

// Unless the last row of the object says just that.
void record_refusal(const ShardRefusal& refusal, const std::string& requester);

// A table that a dump names and that is missing where it is restored, as an action "restore" that
// was refused: rows of it are left out, or policies go on without it as their template.
enum class LeftOut { kRow, kTemplate };
void record_left_out(const std::string& table, LeftOut what, const std::string& requester);

// A set whose template was dropped, as an action "template".
void record_template_dropped(Oid parent, const std::string& message, const std::string& hint,
                             const std::string& requester);

// A visit that could not even plan, as an action "plan" that failed.
void record_trouble(Oid parent, const pg::Outcome& outcome, const std::string& requester);

// Rows left "running" become "crashed". Only for whoever holds the claim on the set, that of
// maintenance or that of repairs.
enum class Runs { kMaintenance, kRepairs };
void bury_dead_runs(Oid parent, Runs runs);
// A table's runs become those of the set that has taken its name.
void hand_over_runs(Oid table, Oid parent);
// Keeps the newest thousand rows of the set.
void prune_runs(Oid parent);
// The same for all shards together.
void prune_shard_runs();

}  // namespace pgscale::catalog
