#include "catalog/sequences.h"

#include "pg/call.h"
#include "shim/sequences.h"

namespace pgscale::catalog {
namespace {

const char* why_unknown(PgsSequenceKind kind) {
  switch (kind) {
    case PGS_SEQUENCE_READ: break;
    case PGS_SEQUENCE_MISSING: return "sequence does not exist";
    case PGS_SEQUENCE_NOT_ALLOWED: return "permission denied for sequence";
    case PGS_SEQUENCE_LOCKED: return "sequence is being changed by another session";
    case PGS_SEQUENCE_TEMPORARY: return "temporary sequence of another session";
    case PGS_SEQUENCE_UNLOGGED: return "unlogged sequence, which a standby does not have";
  }
  return "";
}

}  // namespace

SequenceState read_sequence(Oid sequence) {
  PgsSequence read{};
  pg::call(pgs_read_sequence, sequence, &read);
  if (read.kind != PGS_SEQUENCE_READ) return {std::nullopt, false, why_unknown(read.kind)};
  return {read.last_value, read.is_called, {}};
}

}  // namespace pgscale::catalog
