#include "catalog/receivers.h"

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {

void note_receivers() {
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("DELETE FROM pgscale.receiver v USING pgscale.connected_receiver c"
          " WHERE v.name = c.name AND v.client_addr IS NOT DISTINCT FROM c.client_addr"));
  pg::execute(
      Sql("INSERT INTO pgscale.receiver (name, client_addr, timeline, seen_at, replay_lsn)"
          " SELECT name, client_addr, timeline, clock_timestamp(), replay_lsn"
          "   FROM pgscale.connected_receiver WHERE NOT has_slot"));
  pg::execute(
      Sql("DELETE FROM pgscale.receiver"
          " WHERE seen_at < clock_timestamp() - interval '7 days'"));
}

std::uint64_t forget_receiver(const std::string& name) {
  const auto acting = pg::Acting::as_extension();
  return pg::execute(Sql("DELETE FROM pgscale.receiver WHERE name = $1"), {name});
}

}  // namespace pgscale::catalog
