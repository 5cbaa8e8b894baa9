#include "apply/remote_part.h"
#include "apply/step_runner.h"
#include "apply/table_export.h"
#include "catalog/foreign_keys.h"
#include "catalog/hook_calls.h"
#include "catalog/retirements.h"
#include "catalog/undo.h"
#include "pg/query.h"
#include "pg/setting_scope.h"
#include "shim/move.h"
#include "shim/session.h"

namespace pgscale::apply {

// The parts of StepRunner that are about partitions which have left their set, or are to.

void StepRunner::request_call(const Step& step, Retire done) {
  if (!managed_.set.policy.after_retire) return;
  const QualifiedName& name = step.becomes ? *step.becomes : step.partition;
  catalog::request_call(managed_.facts.parent.oid, {name, step.bounds, text(done), step.file});
}

void StepRunner::call_hook(const Step& step, pg::LockTimeout& limit) {
  execute_as_owner(step, limit);
  if (step.action == Action::kAfterRetire) {
    catalog::forget_call(managed_.facts.parent.oid, *step.call);
  }
}

void StepRunner::archive(const Step& step, pg::LockTimeout& limit) {
  execute_as_owner(step, limit);
  catalog::mark_done(step.partition_oid);
  request_call(step, Retire::kArchive);
}

void StepRunner::export_to_file(const Step& step, pg::LockTimeout& limit) {
  if (!catalog::is_noted(step.partition_oid, step.file)) {
    throw Failure(Problem::kDuplicateFile, "file \"" + step.file + "\" already exists",
                  "It was not written by this export.", "Move it away.");
  }
  const std::int64_t rows =
      export_rows(step, managed_.set.policy.exported->format, role_of(step), limit);
  note_ = std::to_string(rows) + (rows == 1 ? " row" : " rows") + " in \"" + step.file + "\"";
  catalog::mark_done(step.partition_oid);
  request_call(step, Retire::kExport);
}

void StepRunner::drop(const Step& step, pg::LockTimeout& limit) {
  if (!catalog::may_drop(step.partition_oid)) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "table " + readable(step.partition) + " was not detached in order to be dropped",
                  "It may have been attached again or given to another use meanwhile.");
  }
  execute_as_owner(step, limit);
  catalog::forget_retirement(step.partition_oid);
  request_call(step, Retire::kDrop);
  if (step.remote)
    note_ = carry_out_on_shard(*step.remote, managed_.facts.parent.oid, role_of(step));
}

// Under its locks nobody gives the set a column or a foreign key that the table does not know. What
// another transaction is changing stays.
void StepRunner::move_to_table(const Step& step, pg::LockTimeout& limit) {
  const Oid parent = managed_.facts.parent.oid;
  const RowMove& move = *step.move;
  const auto acting = pg::Acting::as_owner(role_of(step));
  for (const Sql& lock : step.sql) {
    limit.spend();
    pg::execute(lock);
  }
  check_undo(catalog::read_parent(parent).parent, catalog::columns_of(parent),
             catalog::load_undo_target(step.object_oid, parent), catalog::references_to(parent));
  const pg::SettingScope all_rows{{"row_security", "off"}};
  limit.spend();
  PgsMove* rows = pg::call(pgs_begin_move, move.from, step.object_oid, move.ctids.text().c_str(),
                           move.at_once, false);
  PgsNoPlace nowhere{};  // a plain table has a place for every row
  (void)pg::call(pgs_move_on, rows, &nowhere);
  moved_ = static_cast<std::int64_t>(pg::call(pgs_end_move, rows));
}

}  // namespace pgscale::apply
