#include "apply/fingerprint.h"

#include "pg/query.h"
#include "pg/session.h"
#include "remote/team.h"

namespace pgscale::apply {

std::string fingerprint_here(const Sql& question, Oid owner) {
  const auto acting = pg::Acting::as_owner(owner);
  pg::call(pgs_setting_save, "TimeZone", "UTC");
  pg::call(pgs_setting_save, "DateStyle", "ISO");
  pg::call(pgs_setting_save, "IntervalStyle", "postgres");
  pg::call(pgs_setting_save, "extra_float_digits", "3");
  pg::call(pgs_setting_save, "bytea_output", "hex");
  pg::call(pgs_setting_save, "row_security", "off");
  return *pg::query(question).front()[0];
}

// The other settings are those that every link begins with.
std::string fingerprint_there(const Sql& question, const std::string& shard, Oid owner,
                              std::chrono::milliseconds patience) {
  remote::Team team({shard}, owner, remote::in(patience));
  team.run({{shard, {Sql("SET timezone = 'UTC'"), Sql("SET bytea_output = 'hex'")}}});
  return *team.ask(question).at(shard).rows.front()[0];
}

}  // namespace pgscale::apply
