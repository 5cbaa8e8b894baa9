#include "catalog/analysis.h"
#include "catalog/inventory.h"
#include "catalog/partition_sizes.h"
#include "catalog/replication_sets.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using Row = std::vector<pg::Value>;

std::string sql_array(const Step& step) {
  std::vector<std::string> statements;
  for (const Sql& sql : step.sql) statements.push_back(sql.text());
  if (step.sets_replica_index) {
    // The index has no name before ATTACH has matched it to the parent's.
    statements.push_back("ALTER TABLE " + readable(step.partition) +
                         " REPLICA IDENTITY USING INDEX <the index attached to the parent's>");
  }
  if (step.remote) {
    for (const Sql& sql : step.remote->sql) {
      statements.push_back("-- on shard " + step.remote->shard + ": " + sql.text());
    }
  }
  return pg::array_literal(statements);
}

bool takes_partition_away(const Item& item) {
  const auto* step = std::get_if<Step>(&item);
  return step != nullptr && is_retirement(step->action);
}

catalog::Sizes sizes_of_leavers(const Plan& plan) {
  std::vector<Oid> tables;
  for (const Item& item : plan.items) {
    if (takes_partition_away(item)) tables.push_back(std::get<Step>(item).partition_oid);
  }
  return catalog::sizes_of(tables);
}

pg::Value size_in(const catalog::Sizes& sizes, const Item& item) {
  if (!takes_partition_away(item)) return std::nullopt;
  const auto found = sizes.find(std::get<Step>(item).partition_oid);
  return found == sizes.end() ? std::nullopt : pg::from_int(found->second);
}

void append(std::vector<Row>& rows, Oid parent, const Plan& plan) {
  const catalog::Sizes sizes = sizes_of_leavers(plan);
  int number = 0;
  for (const Item& item : plan.items) {
    number++;
    if (const auto* step = std::get_if<Step>(&item)) {
      rows.push_back({pg::from_oid(parent), pg::from_int(number), text(step->action),
                      readable(step->partition), step->bounds, step->reason, sql_array(*step),
                      step->locks, std::nullopt, size_in(sizes, item)});
    } else {
      const auto& refusal = std::get<Refusal>(item);
      const std::string message =
          refusal.message + (refusal.hint.empty() ? "" : ". " + refusal.hint);
      rows.push_back({pg::from_oid(parent), pg::from_int(number), text(refusal.action),
                      refusal.partition, refusal.bounds, std::nullopt, std::nullopt, std::nullopt,
                      message, std::nullopt});
    }
  }
}

void append_refusal(std::vector<Row>& rows, Oid parent, const std::string& why) {
  rows.push_back({pg::from_oid(parent), pg::from_int(1), std::nullopt, std::nullopt, std::nullopt,
                  std::nullopt, std::nullopt, std::nullopt, why, std::nullopt});
}

void append_plan(std::vector<Row>& rows, Oid parent) {
  catalog::ManagedSet managed = catalog::load_set(parent);
  if (managed.row.paused) {
    append_refusal(rows, parent, "the set is paused. Use pgscale.resume() to maintain it again.");
    return;
  }
  if (catalog::load_state(parent).crashes >= kCrashesToQuarantine) {
    append_refusal(rows, parent,
                   "the set is quarantined after crashes. Use pgscale.resume() to try it again.");
    return;
  }
  Inventory& inventory = managed.set.inventory;
  inventory.analysis = catalog::look_at_statistics(parent);
  if (pg::refresh_subscriptions()) catalog::load_subscriptions(inventory);
  inventory.refresh_is_due = true;
  append(rows, parent, catalog::plan_set(managed, pg::policy_now()));
}

void append_or_refuse(std::vector<Row>& rows, Oid parent) {
  if (const auto trouble = pg::attempt([&] { append_plan(rows, parent); })) {
    append_refusal(rows, parent, trouble->message);
  }
}

void append_below(std::vector<Row>& rows, Oid parent) {
  for (Oid set : catalog::sets_below(parent)) append_or_refuse(rows, set);
}

void append_all(std::vector<Row>& rows) {
  for (Oid parent : catalog::own_sets()) {
    append_or_refuse(rows, parent);
    append_below(rows, parent);
  }
}

void plan(PgsCall* call) {
  const auto parent = pg::Arguments(call).oid(0);
  std::vector<Row> rows;
  pg::Session session(pg::Venue::kFunction);
  if (parent) {
    catalog::require_ownership(catalog::read_parent(*parent));
    append_plan(rows, *parent);
    append_below(rows, *parent);
  } else {
    append_all(rows);
  }
  session.end();
  pg::ResultRows result(call);
  for (const Row& row : rows) result.add(row);
}

}  // namespace
}  // namespace pgscale::api

extern "C" bool body_pgscale_plan(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_plan(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::plan(call); });
}
