#pragma once

#include <cstdint>

#include "core/policy.h"
#include "core/step.h"
#include "pg/session.h"

namespace pgscale::apply {

// Writes the rows of a table to its file as the owner of the set, and returns their number. The
// file has its name once it is on the disk and holds as many rows as the table. Throws Failure
// where it does not; then the table must stay.
std::int64_t export_rows(const Step& step, ExportFormat format, Oid owner, pg::LockTimeout& limit);

}  // namespace pgscale::apply
