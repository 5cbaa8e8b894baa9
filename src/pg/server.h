#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/calendar.h"
#include "core/file_sizes.h"
#include "core/inventory.h"
#include "pg/call.h"
#include "shim/catalog.h"
#include "shim/file_sizes.h"
#include "shim/servers.h"
#include "shim/session.h"
#include "shim/settings.h"

namespace pgscale::pg {

// What cannot fail: facts of the server and of this process, and how something is given up.

// The planner's now: pgscale.clock where it is set, real time otherwise.
inline Micros policy_now() noexcept { return pgs_policy_now(); }
inline Micros real_now() noexcept { return pgs_real_now(); }

inline std::chrono::milliseconds lock_timeout() noexcept {
  return std::chrono::milliseconds(pgs_setting_lock_timeout());
}
inline std::chrono::seconds naptime() noexcept {
  return std::chrono::seconds(pgs_setting_naptime());
}
inline std::chrono::seconds sample_interval() noexcept {
  return std::chrono::seconds(pgs_setting_sample_interval());
}
inline std::chrono::seconds window() noexcept { return std::chrono::seconds(pgs_setting_window()); }
// Where the window begins over which the views count.
inline Micros window_start() { return policy_now() - window().count() * kMicrosPerSecond; }
inline std::size_t max_workers() noexcept {
  return static_cast<std::size_t>(pgs_setting_max_workers());
}

inline bool in_recovery() noexcept { return pgs_in_recovery(); }

inline int id_number() noexcept { return pgs_setting_id_number(); }

inline bool analyze_parents() noexcept { return pgs_setting_analyze_parents(); }
inline bool refresh_subscriptions() noexcept { return pgs_setting_refresh_subscriptions(); }

inline const char* database_encoding() noexcept { return pgs_database_encoding(); }
inline std::uint64_t visible_lsn() noexcept { return pgs_visible_lsn(); }
inline std::int64_t lock_slots() noexcept { return pgs_lock_slots(); }
inline int own_pid() noexcept { return pgs_own_pid(); }
inline Oid own_database() noexcept { return pgs_own_database(); }
inline Oid session_user() noexcept { return pgs_session_user(); }
inline Oid current_user() noexcept { return pgs_current_user(); }
inline ParallelHelp parallel_help() noexcept {
  const PgsHelp help = pgs_help();
  return {help.possible, help.most, help.setup_cost};
}
inline void drop_survey(PgsFileSurvey* survey) noexcept { pgs_survey_drop(survey); }
inline bool analyze_knows_only() noexcept { return pgs_analyze_knows_only(); }
inline bool attach_brings_identity() noexcept { return pgs_attach_brings_identity(); }

}  // namespace pgscale::pg
