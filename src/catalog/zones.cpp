#include "catalog/zones.h"

#include "core/axis.h"
#include "core/failure.h"
#include "pg/call.h"
#include "shim/times.h"

namespace pgscale::catalog {

Zone server_zone(const std::string& name) {
  if (!pg::call(pgs_zone_exists, name.c_str())) {
    throw Failure(Problem::kInvalidParameter, "time zone \"" + name + "\" not recognized");
  }
  return {[name](Micros instant) { return pg::call(pgs_zone_to_local, name.c_str(), instant); },
          [name](Micros local) { return pg::call(pgs_zone_to_instant, name.c_str(), local); }};
}

std::string timestamptz_text(Micros instant) {
  return Axis(KeyKind::kTimestampTz, Zone::utc()).text(Point{instant});
}

}  // namespace pgscale::catalog
