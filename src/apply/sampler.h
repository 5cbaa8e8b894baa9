#pragma once

#include <optional>
#include <string>

#include "core/calendar.h"
#include "pg/session.h"

namespace pgscale::apply {

// Writes what was counted since the last sample, and how large things are, into the history: a
// partition set of our own, which comes into being with the first sample. False when another
// session is at it.
bool take_sample(pg::Session& session, const std::string& requester);

// When the worker is to take the next sample, in real time; empty for never.
[[nodiscard]] std::optional<Micros> next_sample();

}  // namespace pgscale::apply
