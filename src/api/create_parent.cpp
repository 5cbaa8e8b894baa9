#include "api/create_parent.h"

#include "api/progress.h"
#include "api/retirement_arguments.h"
#include "apply/step_runner.h"
#include "catalog/encodings.h"
#include "catalog/retirement_targets.h"
#include "catalog/state.h"
#include "core/failure.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "shim/partitions.h"

namespace pgscale::api {

using catalog::ManagedSet;
using catalog::ParentFacts;
using catalog::PolicyRow;

PolicyRow policy_row(const PolicyArguments& given, const ParentFacts& facts) {
  PolicyRow row;
  row.interval = given.interval;
  row.premake = pg::not_null(given.premake, "premake");
  row.origin = given.start_at;
  row.retention = given.retention;
  row.retire = pg::not_null(given.retire, "retire");
  row.default_partition = pg::not_null(given.default_partition, "default_partition");
  row.timezone = given.timezone.value_or("UTC");
  row.partitions = given.partitions;
  row.lists = given.lists;
  row.naming = given.naming;
  row.ahead = given.ahead;
  row.encoding = given.encoding;
  row.encoding_options = given.encoding_options;
  if (given.encoder) row.encoder = catalog::function_signature(*given.encoder);
  if (given.decoder) row.decoder = catalog::function_signature(*given.decoder);
  take_retirement(row, given, facts);
  row.drain = pg::not_null(given.drain, "drain");
  row.auto_list = pg::not_null(given.auto_list, "auto_list");
  row.auto_list_rows = pg::not_null(given.auto_list_rows, "auto_list_rows");
  take_storage_parameters(row, given);
  take_template(row, given, facts);
  return row;
}

namespace {

[[noreturn]] void refuse_managed(const ParentFacts& facts) {
  throw Failure(Problem::kDuplicateObject,
                "table \"" + facts.parent.name.name.name() + "\" is already managed by pgscale", {},
                "Use pgscale.alter_parent() to change its policy.");
}

// What a step needs is done here unless it would make others wait: a default partition with many
// rows must be scanned, or drained, and retirement is a matter of transactions of its own.
class FirstPlan {
 public:
  FirstPlan(pg::Session& session, const ManagedSet& managed, Progress& progress)
      : managed_(managed), progress_(progress), runner_(session, managed, catalog::session_user()) {
    const Partition* rest = default_partition(managed.set.inventory);
    const pg::LockTimeout limit(pg::lock_timeout());  // looking at sizes takes weak locks
    scan_is_long_ = rest != nullptr && (!catalog::is_small(rest->oid) || is_drained(*rest));
    const bool others_wait = rest != nullptr || !managed.facts.parent.referenced.empty();
    most_ = partitions_in_one_call(
        pg::lock_slots(), catalog::relations_of_partition(managed.facts.parent.oid), others_wait);
  }

  void carry_out(const Plan& plan) {
    for (const Item& item : plan.items) {
      if (const auto* step = std::get_if<Step>(&item)) {
        carry_out(*step);
      } else {
        refusals_.push_back(std::get<Refusal>(item));
        progress_.refuse(refusals_.back());
      }
    }
  }

  [[nodiscard]] bool is_complete() const { return !deferred_ && refusals_.empty(); }
  [[nodiscard]] const std::vector<Refusal>& refusals() const { return refusals_; }

 private:
  [[nodiscard]] bool is_drained(const Partition& rest) const {
    return (managed_.row.drain || managed_.row.auto_list) &&
           pg::call(pgs_has_rows, rest.oid) != PGS_ROWS_NONE;
  }

  void carry_out(const Step& step) {
    const bool creates = step.action == Action::kCreate || step.action == Action::kCreateDefault;
    const bool guards = step.action == Action::kGuard || step.action == Action::kValidate;
    if ((!creates && !guards) || scan_is_long_ || made_ == most_) {
      deferred_ = true;
      if (!guards) progress_.defer(step);
      return;
    }
    (void)runner_.run(step);
    if (!creates) return;
    made_++;
    progress_.done(step);
  }

  const ManagedSet& managed_;
  Progress& progress_;
  apply::StepRunner runner_;
  bool scan_is_long_ = false;
  bool deferred_ = false;
  std::vector<Refusal> refusals_;
  int made_ = 0;
  int most_;
};

void record(const ManagedSet& managed, const Plan& plan, const FirstPlan& first) {
  catalog::VisitRecord record;
  record.next_due = plan.next_due;
  // Whether rows have come into the default partition only a look can tell.
  const bool drains = managed.row.drain || managed.row.auto_list;
  record.polled = plan.needs_polling || drains;
  record.filled = first.is_complete();
  record.worked = true;
  record.clean = first.refusals().empty();
  if (!first.is_complete() || record.polled || plan.needs_measuring) {
    record.retry_at = pg::real_now();
  }
  for (const Refusal& refusal : first.refusals()) {
    record.refusals += refusal.message + "\n";
    record.error = refusal.message;
    record.sqlstate = sqlstate(refusal.problem);
    catalog::record_refusal(managed.facts.parent, refusal, catalog::session_user());
  }
  catalog::record_visit(managed.facts.parent.oid, record);
}

void create_parent(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid parent = arguments.relation(0, "parent");
  const PolicyArguments given = policy_arguments(arguments);
  pg::Session session(pg::Venue::kFunction);

  const ParentFacts facts = catalog::read_parent(parent);
  catalog::require_ownership(facts);
  begin_to_manage(facts, new_policy(facts, given), given);

  ManagedSet managed = catalog::load_set(parent);
  const Plan plan = catalog::plan_set(managed, pg::policy_now());
  Progress progress;
  for (const Partition& partition : managed.set.inventory.partitions) progress.adopt(partition);
  FirstPlan first(session, managed, progress);
  first.carry_out(plan);
  record(managed, plan, first);
  session.end();
  progress.give(call);
}

}  // namespace

PolicyRow new_policy(const ParentFacts& facts, const PolicyArguments& given) {
  check_against_table(given, facts);
  refuse_below(facts);
  if (catalog::load_policy(facts.parent.oid)) refuse_managed(facts);
  PolicyRow row = policy_row(given, facts);
  const Policy policy = catalog::interpret(row, facts);
  check_start(given, row, policy, facts);
  catalog::check_targets(policy, facts);
  row = canonical(row, policy, facts);
  if (!row.origin) row.origin = counting_origin(row, facts);
  return row;
}

void begin_to_manage(const ParentFacts& facts, const PolicyRow& row, const PolicyArguments& given) {
  // Another session may have been first, a moment ago.
  if (!catalog::insert_policy(facts.parent.oid, row)) refuse_managed(facts);
  catalog::create_state(facts.parent.oid, !given.start_at.has_value());
}

}  // namespace pgscale::api

extern "C" bool body_pgscale_create_parent(PgsCall* call, PgsFailure* failure);
extern "C" bool body_pgscale_create_parent(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::create_parent(call); });
}
