#pragma once

#include <string>
#include <vector>

#include "core/sql.h"
#include "remote/link.h"

namespace pgscale::remote {

// What a shard is asked, in the name of a role.
struct Question {
  std::string shard;
  Oid role;
  Sql sql;
  std::vector<pg::Value> parameters;
};

struct Answer {
  Reply reply;
  std::chrono::microseconds elapsed{};  // to connect and to ask
};

// Asks all at once, with an empty search_path and the time zone of this session, so that names and
// bounds read as they do here. Whatever goes wrong with a shard is its answer.
[[nodiscard]] std::vector<Answer> survey(const std::vector<Question>& questions, Deadline deadline);

}  // namespace pgscale::remote
