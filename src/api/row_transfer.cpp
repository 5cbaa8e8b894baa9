#include <algorithm>

#include "api/arguments.h"
#include "catalog/row_transfer.h"
#include "core/failure.h"
#include "pg/contain.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

QualifiedName stage_name() { return {Identifier("pg_temp"), Identifier("pgscale copy_into")}; }

// The rights that COPY wants, the server asks for.
std::uint64_t copy_through_stage(const QualifiedName& target,
                                 const std::vector<TransferColumn>& columns, CopySource source,
                                 const std::string& where, const std::string& options) {
  const QualifiedName stage = stage_name();
  pg::execute(stage_statement(stage, columns));
  pg::execute(copy_statement(stage, source, where, catalog::copy_options(options)));
  const auto rows = pg::execute(transfer_statement(stage, target, columns));
  Sql drop("DROP TABLE ");
  drop << stage;
  pg::execute(drop);
  return rows;
}

void copy_into(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid relation = arguments.relation(0, "relation");
  const auto file = arguments.text(1);
  const auto program = arguments.text(2);
  const auto table = arguments.oid(3);
  if (file.has_value() + program.has_value() + table.has_value() != 1) {
    throw Failure(Problem::kInvalidParameter,
                  "exactly one of file, program and from_table must be given");
  }
  const auto names = arguments.text(4);
  const auto options = pg::not_null(arguments.text(5), "options");
  pg::Session session(pg::Venue::kFunction);
  const auto columns =
      names ? catalog::chosen_columns(relation, *names) : catalog::writable_columns(relation);
  const QualifiedName target = catalog::name_of(relation);
  std::uint64_t rows = 0;
  if (table) {
    if (!catalog::copy_options(options).empty()) {
      throw Failure(Problem::kInvalidParameter, "from_table takes no options of COPY");
    }
    rows = pg::execute(transfer_statement(catalog::name_of(*table), target, columns));
  } else {
    rows = copy_through_stage(target, columns, file ? CopySource::kFile : CopySource::kProgram,
                              file ? *file : *program, options);
  }
  session.end();
  pg::return_row(call, {pg::from_int(static_cast<std::int64_t>(rows))});
}

// With the whole key the old row is sought in one partition; without, a typing error could move
// all.
void require_key(Oid relation, const std::vector<ColumnValue>& values) {
  for (const std::string& name : catalog::key_columns(relation)) {
    const auto is_it = [&](const ColumnValue& given) { return given.column.name == name; };
    if (std::any_of(values.begin(), values.end(), is_it)) continue;
    throw Failure(Problem::kInvalidParameter, "old must name column \"" + name + "\"",
                  "It belongs to the partition key.");
  }
}

void update_key(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid relation = arguments.relation(0, "relation");
  const auto old_json = pg::not_null(arguments.text(1), "old");
  const auto new_json = pg::not_null(arguments.text(2), "new");
  pg::Session session(pg::Venue::kFunction);
  const auto old_values = catalog::column_values(relation, old_json, "old");
  const auto new_values = catalog::column_values(relation, new_json, "new");
  require_key(relation, old_values);
  const auto rows = pg::execute(move_statement(
      catalog::name_of(relation), catalog::writable_columns(relation), old_values, new_values));
  session.end();
  pg::call(pgs_return_int64, call, static_cast<std::int64_t>(rows));
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_copy_into(PgsCall* call, PgsFailure* failure);
bool body_pgscale_update_key(PgsCall* call, PgsFailure* failure);

bool body_pgscale_copy_into(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::copy_into(call); });
}

bool body_pgscale_update_key(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::update_key(call); });
}
}
