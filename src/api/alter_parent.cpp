#include "api/arguments.h"
#include "api/progress.h"
#include "api/retirement_arguments.h"
#include "catalog/encodings.h"
#include "catalog/hook_calls.h"
#include "catalog/retirement_targets.h"
#include "catalog/retirements.h"
#include "catalog/state.h"
#include "catalog/subpolicies.h"
#include "core/failure.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"

namespace pgscale::api {
namespace {

using catalog::ManagedSet;
using catalog::ParentFacts;
using catalog::PolicyRow;

constexpr char kNone[] = "none";

// An encoding takes the place of whatever was before, its options with it.
void recode(PolicyRow& row, const PolicyArguments& given) {
  if (given.encoding || given.encoder || given.decoder) {
    row.encoding.reset();
    row.encoding_options.reset();
    row.encoder.reset();
    row.decoder.reset();
  }
  overlay(row.encoding, given.encoding);
  if (given.encoding_options) row.encoding_options = given.encoding_options;
  if (given.encoder) row.encoder = catalog::function_signature(*given.encoder);
  if (given.decoder) row.decoder = catalog::function_signature(*given.decoder);
}

}  // namespace

PolicyRow changed(PolicyRow row, const PolicyArguments& given, const ParentFacts& facts) {
  overlay(row.interval, given.interval);
  overlay(row.retention, given.retention);
  overlay(row.naming, given.naming);
  overlay(row.lists, given.lists);
  if (given.premake) row.premake = *given.premake;
  take_retirement(row, given, facts);
  if (given.default_partition) row.default_partition = *given.default_partition;
  if (given.timezone) row.timezone = *given.timezone == kNone ? "UTC" : *given.timezone;
  if (given.partitions) row.partitions = given.partitions;
  overlay(row.ahead, given.ahead);
  recode(row, given);
  if (given.drain) row.drain = *given.drain;
  if (given.auto_list) row.auto_list = *given.auto_list;
  if (given.auto_list_rows) row.auto_list_rows = *given.auto_list_rows;
  take_storage_parameters(row, given);
  take_template(row, given, facts);
  // Another width or zone moves the bounds that are counted from the origin.
  const bool counts_anew = given.interval || given.timezone || given.start_at || given.encoding ||
                           given.encoder || given.decoder;
  if (counts_anew) row.origin.reset();
  overlay(row.origin, given.start_at);
  return row;
}

void refuse_new_modulus(const PolicyArguments& given, const PolicyRow& row) {
  if (!given.partitions || given.partitions == row.partitions) return;
  throw Failure(Problem::kNotSupported, "cannot change the number of partitions of a hash set", {},
                "Make a table with the new number of partitions and move the rows.");
}

namespace {

void alter_parent(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const PolicyArguments given = policy_arguments(arguments);
  pg::Session session(pg::Venue::kFunction);

  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  refuse_below(facts);
  check_against_table(given, facts);
  const PolicyRow before = catalog::require_policy(facts);
  PolicyRow row = changed(before, given, facts);
  const Policy policy = catalog::interpret(row, facts);
  check_start(given, row, policy, facts);
  catalog::check_targets(policy, facts);
  row = canonical(row, policy, facts);
  if (facts.parent.method == Method::kHash) refuse_new_modulus(given, before);
  if (!row.origin) row.origin = counting_origin(row, facts);
  catalog::update_policy(parent, row);
  if (given.start_at && *given.start_at != kNone) catalog::create_state(parent, false);
  const bool retires_otherwise =
      given.retention || given.retention_count || given.retention_bytes || given.retire;
  if (retires_otherwise) catalog::cancel_actions(parent);
  if (!policy.after_retire) catalog::forget_calls(parent);
  catalog::make_due(parent);

  ManagedSet managed = catalog::load_set(parent);
  Progress progress;
  for (const Item& item : catalog::plan_set(managed, pg::policy_now()).items) {
    if (const auto* step = std::get_if<Step>(&item)) {
      progress.defer(*step);
    } else {
      progress.refuse(std::get<Refusal>(item));
    }
  }
  session.end();
  progress.give(call);
}

// pause(), resume() and forget_parent(): the caller must own the table, and it must be managed.
template <typename Change>
void change_set(PgsCall* call, Change&& change) {
  const Oid parent = pg::Arguments(call).relation(0, "parent");
  pg::Session session(pg::Venue::kFunction);
  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  refuse_below(facts);
  change(facts, catalog::require_policy(facts));
  session.end();
  pg::call(pgs_return_void, call);
}

void set_paused(const ParentFacts& facts, PolicyRow row, bool paused) {
  row.paused = paused;
  catalog::update_policy(facts.parent.oid, row);
}

}  // namespace
}  // namespace pgscale::api

using pgscale::catalog::ParentFacts;
using pgscale::catalog::PolicyRow;

extern "C" {
bool body_pgscale_alter_parent(PgsCall* call, PgsFailure* failure);
bool body_pgscale_pause(PgsCall* call, PgsFailure* failure);
bool body_pgscale_resume(PgsCall* call, PgsFailure* failure);
bool body_pgscale_forget_parent(PgsCall* call, PgsFailure* failure);

bool body_pgscale_alter_parent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::alter_parent(call); });
}

bool body_pgscale_pause(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] {
    pgscale::api::change_set(call, [](const ParentFacts& facts, const PolicyRow& row) {
      pgscale::api::set_paused(facts, row, true);
    });
  });
}

bool body_pgscale_resume(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] {
    pgscale::api::change_set(call, [](const ParentFacts& facts, const PolicyRow& row) {
      pgscale::api::set_paused(facts, row, false);
      pgscale::catalog::reset_state(facts.parent.oid);
      for (pgscale::Oid set : pgscale::catalog::sets_below(facts.parent.oid)) {
        pgscale::catalog::reset_state(set);
      }
    });
  });
}

bool body_pgscale_forget_parent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] {
    pgscale::api::change_set(call, [](const ParentFacts& facts, const PolicyRow&) {
      pgscale::catalog::delete_policy(facts.parent.oid);
    });
  });
}
}
