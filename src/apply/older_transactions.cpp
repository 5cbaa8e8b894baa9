#include "apply/older_transactions.h"

#include "core/failure.h"
#include "pg/call.h"
#include "remote/team.h"
#include "shim/session.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kBetweenLooks{50};

// Everybody sees the locks, but only with the right role what the sessions do. Vacuum belongs to
// nobody.
Sql open_transactions() {
  return Sql(
      "SELECT coalesce(pg_catalog.array_agg(l.virtualtransaction), '{}')::text"
      "  FROM pg_catalog.pg_locks l"
      "  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid AND a.usesysid IS NOT NULL"
      "   AND a.datname = pg_catalog.current_database()"
      " WHERE l.locktype = 'virtualxid' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()");
}

Sql still_open() {
  return Sql(
      "SELECT count(*) FROM pg_catalog.pg_locks l"
      " WHERE l.locktype = 'virtualxid' AND l.granted"
      "   AND l.virtualtransaction = ANY ($1::pg_catalog.text[])");
}

}  // namespace

std::string transactions_on_shard(const std::string& shard, Oid owner) {
  remote::Team team({shard}, owner, remote::in(kPatience));
  return *team.ask(open_transactions()).at(shard).rows.front()[0];
}

void wait_for_older_transactions(const std::string& shard, Oid owner, const std::string& older,
                                 std::chrono::milliseconds patience, const std::string& failure) {
  remote::Team team({shard}, owner, remote::in(kPatience));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (team.ask(still_open(), {older}).at(shard).rows.front()[0] != "0") {
    if (std::chrono::steady_clock::now() > deadline) {
      throw Failure(Problem::kLockNotAvailable,
                    failure + " while older transactions are open on shard \"" + shard + "\"",
                    "They do not see the rows that have been copied there.");
    }
    (void)pg::call(pgs_sleep, static_cast<std::int64_t>(kBetweenLooks.count()));
  }
}

}  // namespace pgscale::apply
