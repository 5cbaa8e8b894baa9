#pragma once

#include "catalog/adoptions.h"
#include "pg/session.h"

namespace pgscale::apply {

// The one short transaction in which the prepared parent takes the table's name and everything that
// hangs on it, and the table becomes its partition. Only catalogs change: the guard proves the
// bounds, and each index of the parent finds its like on the table. Throws when anything is not as
// it was prepared for.
void cut_over(Oid table, const catalog::AdoptionRow& row, pg::LockTimeout& limit);

}  // namespace pgscale::apply
