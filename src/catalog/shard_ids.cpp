#include "catalog/shard_ids.h"

#include "core/failure.h"
#include "pg/call.h"
#include "pg/session.h"
#include "shim/ids.h"
#include "shim/sequences.h"

namespace pgscale::catalog {
namespace {

std::optional<Tick> last_reserved(Oid sequence) {
  PgsSequence state{};
  pg::call(pgs_read_sequence, sequence, &state);
  if (state.kind != PGS_SEQUENCE_READ) {
    throw Failure(Problem::kLockNotAvailable, "sequence pgscale.id_clock is being changed");
  }
  if (!state.is_called) return std::nullopt;
  return state.last_value;
}

void reserve(Oid sequence, Tick earliest) {
  const TickPool pool = pg::call(pgs_ticks_are_shared) ? TickPool::kServer : TickPool::kSession;
  const TickRange range = reservation(last_reserved(sequence), earliest, pool);
  pg::call(pgs_advance_sequence, sequence, range.last);
  pg::call(pgs_add_ticks, sequence, range.first, range.last);
}

}  // namespace

Tick take_tick(Micros now) {
  const Oid sequence = pg::call(pgs_tick_sequence);
  const Tick earliest = tick_at(now);
  Tick tick = 0;
  if (pg::call(pgs_take_tick, sequence, earliest, &tick)) return tick;
  const auto acting = pg::Acting::as_extension();
  pg::call(pgs_lock_ticks, sequence);
  while (!pg::call(pgs_take_tick, sequence, earliest, &tick)) reserve(sequence, earliest);
  pg::call(pgs_unlock_ticks, sequence);
  return tick;
}

}  // namespace pgscale::catalog
