#include "api/arguments.h"
#include "api/procedure.h"
#include "apply/adoption.h"
#include "apply/preflight.h"
#include "catalog/encodings.h"
#include "catalog/journal.h"
#include "catalog/storage_parameters.h"
#include "core/failure.h"
#include "core/grid.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"

namespace pgscale::api {
namespace {

using catalog::AdopteeFacts;
using catalog::AdoptionRow;
using catalog::PolicyRow;

constexpr char kPhases[] = "It carries out each phase in a transaction of its own.";

// The arguments that adopt_report() and adopt_table() share, in their SQL order.
struct Wish {
  std::string control;
  PolicyRow policy;
  std::optional<Oid> encoder;
  std::optional<Oid> decoder;
  std::optional<std::string> boundary;
};

Wish read_wish(const pg::Arguments& arguments) {
  Wish wish;
  wish.control = pg::not_null(arguments.text(1), "control");
  wish.policy.interval = pg::not_null(arguments.text(2), "interval");
  wish.policy.premake = pg::not_null(arguments.integer(3), "premake");
  wish.policy.origin = arguments.text(4);
  wish.policy.retention = arguments.text(5);
  wish.policy.retire = pg::not_null(arguments.text(6), "retire");
  wish.policy.default_partition = pg::not_null(arguments.boolean(7), "default_partition");
  wish.policy.timezone = arguments.text(8).value_or("UTC");
  wish.policy.naming = arguments.text(9);
  wish.policy.ahead = arguments.text(10);
  wish.policy.encoding = arguments.text(11);
  wish.policy.encoding_options = arguments.text(12);
  wish.encoder = arguments.oid(13);
  wish.decoder = arguments.oid(14);
  if (wish.encoder) wish.policy.encoder = catalog::function_signature(*wish.encoder);
  if (wish.decoder) wish.policy.decoder = catalog::function_signature(*wish.decoder);
  wish.boundary = arguments.text(15);
  return wish;
}

// The words as the server writes them, so that they can be stored and compared.
AdoptionRow canonical(const Wish& wish, const AdopteeFacts& facts) {
  const Policy policy = catalog::interpret(wish.policy, facts.as_parent);
  const Axis axis = catalog::axis_of(wish.policy, facts.as_parent).value();
  PolicyArguments given;
  given.start_at = wish.policy.origin;
  given.encoder = wish.encoder;
  given.decoder = wish.decoder;
  check_start(given, wish.policy, policy, facts.as_parent);
  AdoptionRow row;
  row.control = wish.control;
  row.policy = catalog::canonical(wish.policy, policy, facts.as_parent);
  row.policy.storage_parameters = catalog::storage_parameters_of(facts.table.oid);
  if (!row.policy.origin) {
    row.policy.origin = axis.text(default_origin(axis, *policy.interval, pg::policy_now()));
  }
  if (wish.boundary) {
    row.boundary_asked =
        axis.text(catalog::read_position("boundary", *wish.boundary, wish.policy, facts.as_parent));
  }
  return row;
}

// What has begun goes on as it began.
AdoptionRow begun_or_new(Oid table, const Wish& wish, const AdoptionRow& row) {
  const auto begun = catalog::load_adoption(table);
  if (!begun) return row;
  AdoptionRow wanted = row;
  if (!wish.policy.origin) wanted.policy.origin = begun->policy.origin;
  if (!wish.boundary) wanted.boundary_asked = begun->boundary_asked;
  if (catalog::is_same(*begun, wanted)) return *begun;
  throw Failure(Problem::kNotInPrerequisiteState,
                "the adoption of table \"" + std::string(pg::call(pgs_relation_name, table)) +
                    "\" has begun with other settings",
                {},
                "Repeat the call with these (see pgscale.adoptions), or call "
                "pgscale.adopt_abort() first.");
}

AdopteeFacts own_table(Oid table, const std::string& control) {
  catalog::require_plain_table(table);
  catalog::require_ownership(table);
  return catalog::read_adoptee(table, control);
}

// One adoption of a table at a time.
void claim(Oid table) {
  if (pg::call(pgs_claim, table, PGS_CLAIM_MAINTENANCE)) return;
  throw Failure(Problem::kInUse,
                "another session is adopting table \"" +
                    std::string(pg::call(pgs_relation_name, table)) + "\"",
                {}, "Try again when it has finished.");
}

void adopt_report(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Oid table = arguments.relation(0, "relation");
  pg::Session session(pg::Venue::kFunction);
  const Wish wish = read_wish(arguments);
  const pg::LockTimeout limit(pg::lock_timeout());  // views are read with a lock on their tables
  AdopteeFacts facts = own_table(table, wish.control);
  const AdoptionRow row = begun_or_new(table, wish, canonical(wish, facts));
  const Findings found = apply::examine(facts, row);
  session.end();
  pg::ResultRows result(call);
  for (const Finding& finding : found) {
    result.add({finding.subject, finding.object, text(finding.verdict), finding.finding,
                finding.treatment});
  }
}

void adopt_table(PgsCall* call) {
  require_top_level(call, "pgscale.adopt_table", kPhases);
  const pg::Arguments arguments(call);
  const Oid table = arguments.relation(0, "relation");
  const std::string requester = catalog::session_user();
  pg::Session session(pg::Venue::kProcedure);
  const Wish wish = read_wish(arguments);
  const AdopteeFacts facts = own_table(table, wish.control);
  claim(table);
  apply::adopt(session, table, begun_or_new(table, wish, canonical(wish, facts)), requester);
  pg::call(pgs_unclaim, table, PGS_CLAIM_MAINTENANCE);
  session.end();
}

void adopt_abort(PgsCall* call) {
  require_top_level(call, "pgscale.adopt_abort", kPhases);
  const Oid table = pg::Arguments(call).relation(0, "relation");
  const std::string requester = catalog::session_user();
  pg::Session session(pg::Venue::kProcedure);
  catalog::require_ownership(table);
  claim(table);
  apply::abandon(session, table, requester);
  pg::call(pgs_unclaim, table, PGS_CLAIM_MAINTENANCE);
  session.end();
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_adopt_report(PgsCall* call, PgsFailure* failure);
bool body_pgscale_adopt_table(PgsCall* call, PgsFailure* failure);
bool body_pgscale_adopt_abort(PgsCall* call, PgsFailure* failure);

bool body_pgscale_adopt_report(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::adopt_report(call); });
}

bool body_pgscale_adopt_table(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::adopt_table(call); });
}

bool body_pgscale_adopt_abort(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::adopt_abort(call); });
}
}
