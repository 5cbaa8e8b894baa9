#include "catalog/journal.h"

#include "core/sql.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::Value;

constexpr int kRunsKept = 1000;

Value from_pids(const std::vector<int>& pids) {
  if (pids.empty()) return std::nullopt;
  std::vector<std::string> texts;
  for (int pid : pids) texts.push_back(std::to_string(pid));
  return pg::array_literal(texts);
}

}  // namespace

std::string session_user() { return pg::call(pgs_role_name, pg::session_user()); }

std::int64_t next_run() {
  const auto acting = pg::Acting::as_extension();
  return pg::to_int(
      pg::query(Sql("SELECT nextval(pg_get_serial_sequence('pgscale.run', 'id'))")).front()[0]);
}

void begin_run(std::int64_t run, const Parent& parent, const Step& step,
               const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.run (id, parent, parent_name, partition, bounds, action,"
          "       reason, requester, pid, outcome)"
          " SELECT $1::bigint, $2::oid, $3, $4, $5, $6, $7, $8, $9::int, 'running'"
          "  WHERE NOT EXISTS (SELECT FROM pgscale.run WHERE id = $1::bigint AND outcome = "
          "'running')"),
      {pg::from_int(run), pg::from_oid(parent.oid), readable(parent.name), readable(step.partition),
       step.bounds, text(step.action), step.reason, requester, pg::from_int(pg::own_pid())});
}

void begin_run(std::int64_t run, const ShardStep& step, const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.run (id, parent_name, partition, action, reason, requester,"
                  "       pid, outcome)"
                  " VALUES ($1::bigint, $2, $3, $4, $5, $6, $7::int, 'running')"),
              {pg::from_int(run), step.shard, step.object, text(step.action), step.reason,
               requester, pg::from_int(pg::own_pid())});
}

void end_run(std::int64_t run, const RunEnd& end) {
  const auto acting = pg::Acting::as_extension();
  const bool failed = end.failure.has_value();
  pg::execute(
      Sql("UPDATE pgscale.run SET finished_at = clock_timestamp(), outcome = $2,"
          "       sqlstate = $3, message = $4, detail = $5, hint = $6,"
          "       blockers = $7::int[], rows = $8::bigint"
          " WHERE id = $1::bigint AND outcome = 'running'"),
      {pg::from_int(run), failed ? "failed" : "ok", failed ? Value(end.failure->sqlstate) : Value(),
       failed ? Value(end.failure->message) : pg::from_text(end.note),
       failed ? pg::from_text(end.failure->detail) : Value(),
       failed ? pg::from_text(end.failure->hint) : Value(), from_pids(end.blockers),
       pg::from_int(end.rows)});
}

std::optional<RunEnd> find_run_end(std::int64_t run) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query_latest(
      Sql("SELECT outcome, sqlstate, message, coalesce(detail, ''), coalesce(hint, '')"
          "  FROM pgscale.run WHERE id = $1::bigint AND outcome <> 'running'"
          " ORDER BY started_at DESC LIMIT 1"),
      {pg::from_int(run)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  RunEnd end;
  if (*row[0] != "ok") end.failure = pg::Outcome{*row[1], *row[2], *row[3], *row[4]};
  return end;
}

void record_refusal(const Parent& parent, const Refusal& refusal, const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.run (parent, parent_name, partition, bounds, action,"
          "       requester, pid, finished_at, outcome, sqlstate, message, hint)"
          " VALUES ($1::oid, $2, $3, $4, $5, $6, $7::int, clock_timestamp(), 'refused',"
          "       $8, $9, $10)"),
      {pg::from_oid(parent.oid), readable(parent.name), pg::from_text(refusal.partition),
       pg::from_text(refusal.bounds), text(refusal.action), requester, pg::from_int(pg::own_pid()),
       sqlstate(refusal.problem), refusal.message, pg::from_text(refusal.hint)});
}

void record_refusal(const ShardRefusal& refusal, const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("INSERT INTO pgscale.run (parent_name, partition, action, requester, pid, finished_at,"
          "       outcome, sqlstate, message, hint)"
          " SELECT $1, $2, $3, $4, $5::int, clock_timestamp(), 'refused', $6, $7, $8"
          "  WHERE $7 IS DISTINCT FROM"
          "        (SELECT r.message FROM pgscale.run r WHERE r.parent IS NULL"
          "            AND r.parent_name = $1 AND r.partition = $2 ORDER BY r.id DESC LIMIT 1)"),
      {refusal.shard, refusal.object, text(refusal.action), requester, pg::from_int(pg::own_pid()),
       sqlstate(Problem::kNotInPrerequisiteState), refusal.message, refusal.hint});
}

void record_left_out(const std::string& table, LeftOut what, const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  const bool is_template = what == LeftOut::kTemplate;
  pg::execute(Sql("INSERT INTO pgscale.run (parent_name, action, requester, pid, finished_at,"
                  "       outcome, sqlstate, message, detail, hint)"
                  " SELECT $1, 'restore', $2, $3::int, clock_timestamp(), 'refused', $4,"
                  "        format('relation \"%s\" does not exist', $1), $5, $6"
                  "  WHERE NOT EXISTS (SELECT FROM pgscale.run r WHERE r.parent_name = $1"
                  "                       AND r.action = 'restore')"),
              {table, requester, pg::from_int(pg::own_pid()), sqlstate(Problem::kUndefinedTable),
               is_template ? "Sets of the dump go on without it as their template."
                           : "What the dump says of its partitions is left out.",
               is_template ? "Restore the table, and name it with pgscale.alter_parent()."
                           : "Restore the table, and give it to pgscale anew."});
}

void record_template_dropped(Oid parent, const std::string& message, const std::string& hint,
                             const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.run (parent, parent_name, action, requester, pid,"
                  "       finished_at, outcome, message, hint)"
                  " VALUES ($1::oid, $1::oid::regclass::text, 'template', $2, $3::int,"
                  "         clock_timestamp(), 'ok', $4, $5)"),
              {pg::from_oid(parent), requester, pg::from_int(pg::own_pid()), message, hint});
}

void record_trouble(Oid parent, const pg::Outcome& outcome, const std::string& requester) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.run (parent, parent_name, action, requester, pid,"
                  "       finished_at, outcome, sqlstate, message, detail, hint)"
                  " VALUES ($1::oid, $1::oid::regclass::text, 'plan', $2, $3::int,"
                  "       clock_timestamp(), 'failed', $4, $5, $6, $7)"),
              {pg::from_oid(parent), requester, pg::from_int(pg::own_pid()), outcome.sqlstate,
               outcome.message, pg::from_text(outcome.detail), pg::from_text(outcome.hint)});
}

void bury_dead_runs(Oid parent, Runs runs) {
  const auto acting = pg::Acting::as_extension();
  std::vector<std::string> repairs;
  for (int action = 0; action <= static_cast<int>(kLastAction); action++) {
    if (is_repair(static_cast<Action>(action))) {
      repairs.emplace_back(text(static_cast<Action>(action)));
    }
  }
  pg::execute(
      Sql("UPDATE pgscale.run SET outcome = 'crashed', finished_at = clock_timestamp(),"
          "       message = 'the process that carried out the step ended before the step'"
          " WHERE parent = $1::oid AND outcome = 'running'"
          "   AND (action = ANY ($2::text[])) = $3::bool"),
      {pg::from_oid(parent), pg::array_literal(repairs), runs == Runs::kRepairs ? "t" : "f"});
}

void hand_over_runs(Oid table, Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.run SET parent = $2::oid WHERE parent = $1::oid"),
              {pg::from_oid(table), pg::from_oid(parent)});
}

void prune_runs(Oid parent) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.run WHERE parent = $1::oid AND id <="
                  "       (SELECT id FROM pgscale.run WHERE parent = $1::oid"
                  "         ORDER BY id DESC OFFSET $2::int LIMIT 1)"),
              {pg::from_oid(parent), pg::from_int(kRunsKept)});
}

void prune_shard_runs() {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("DELETE FROM pgscale.run r USING pgscale.shard s"
          " WHERE r.parent IS NULL AND r.parent_name = s.name AND r.id <="
          "       (SELECT n.id FROM pgscale.run n WHERE n.parent IS NULL"
          "           AND n.parent_name = s.name ORDER BY n.id DESC OFFSET $1::int LIMIT 1)"),
      {pg::from_int(kRunsKept)});
}

}  // namespace pgscale::catalog
