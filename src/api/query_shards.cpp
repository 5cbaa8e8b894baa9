#include <list>

#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/arguments.h"
#include "pg/contain.h"
#include "pg/server.h"
#include "pg/session.h"
#include "remote/link.h"

namespace pgscale::api {
namespace {

using std::chrono::milliseconds;

struct Question {
  std::string sql;
  std::vector<remote::Target> targets;
  remote::Deadline deadline;
};

milliseconds patience(const std::optional<std::chrono::microseconds>& timeout) {
  const auto limit = std::chrono::duration_cast<milliseconds>(pg::not_null(timeout, "timeout"));
  // What statement_timeout of the shard can express.
  if (limit < milliseconds(1) || limit > milliseconds(INT32_MAX)) {
    throw Failure(Problem::kInvalidParameter, "invalid value for timeout", {},
                  "It is between a millisecond and 24 days.");
  }
  return limit;
}

Question read_question(const pg::Arguments& arguments) {
  const std::string sql = pg::not_null(arguments.text(0), "sql");
  pg::Session session(pg::Venue::kFunction);
  Question question{sql, {}, remote::in(patience(arguments.duration(2)))};
  for (const std::string& shard : catalog::chosen_shards(arguments.text(1))) {
    question.targets.push_back(remote::target_of(shard, pg::current_user()));
  }
  session.end();
  return question;
}

std::vector<remote::Link*> pointers(std::list<remote::Link>& links) {
  std::vector<remote::Link*> all;
  for (remote::Link& link : links) all.push_back(&link);
  return all;
}

bool may_skip(const pg::Arguments& arguments) {
  const auto choice = arguments.text(3);
  if (choice == "fail") return false;
  if (choice == "skip") return true;
  throw Failure(Problem::kInvalidParameter,
                "invalid value for on_error: \"" + choice.value_or("NULL") + "\"", {},
                "Available values: fail, skip.");
}

// A row of the shard as one of the function: the shard's name in front.
remote::Sink with_name(pg::ResultRows& rows, const std::string& shard, int columns) {
  auto row = std::make_shared<std::vector<const char*>>();
  return [&rows, shard, columns, row](const char* const* values, int count) {
    if (count + 1 != columns) {
      throw Failure(Problem::kInvalidDefinition,
                    "the statement returns " + std::to_string(count) +
                        " columns, but the column definition list has " +
                        std::to_string(columns - 1) + " beside the shard");
    }
    row->assign(1, shard.c_str());
    row->insert(row->end(), values, values + count);
    rows.add(row->data());
  };
}

// Rows of a shard that fails half-way would be half an answer; so with skip they are kept back
// until it has ended.
void query_shards(PgsCall* call) {
  const pg::Arguments arguments(call);
  const bool skips = may_skip(arguments);
  const Question question = read_question(arguments);
  pg::ResultRows rows(call);
  const int columns = pg::call(pgs_rows_columns, call);
  std::list<remote::Link> links;
  for (const remote::Target& target : question.targets) {
    remote::Link& link = links.emplace_back(target, question.deadline);
    link.send(question.sql, {}, skips ? remote::Sink() : with_name(rows, target.shard, columns));
  }
  remote::gather(pointers(links), question.deadline);
  for (const remote::Link& link : links) {
    const auto& failure = link.reply().failure;
    if (failure && !skips) throw pg::OutcomeError(*failure);
    if (failure) {
      pg::call(pgs_warning, failure->message.c_str(), "The rows of this shard are missing.");
      continue;
    }
    if (!skips) continue;
    const remote::Sink add = with_name(rows, link.shard(), columns);
    for (const auto& row : link.reply().rows) {
      std::vector<const char*> values;
      for (const pg::Value& value : row) values.push_back(value ? value->c_str() : nullptr);
      add(values.data(), static_cast<int>(values.size()));
    }
  }
}

void exec_shards(PgsCall* call) {
  const pg::Arguments arguments(call);
  const Question question = read_question(arguments);
  std::list<remote::Link> links;
  for (const remote::Target& target : question.targets) {
    links.emplace_back(target, question.deadline).send(question.sql);
  }
  remote::gather(pointers(links), question.deadline);
  pg::ResultRows rows(call);
  for (const remote::Link& link : links) {
    const auto& failure = link.reply().failure;
    const double ms = static_cast<double>(link.elapsed().count()) / 1000;
    rows.add({link.shard(), failure ? "f" : "t", pg::from_int(link.reply().affected),
              std::to_string(ms), failure ? pg::Value(failure->message) : std::nullopt});
  }
}

}  // namespace
}  // namespace pgscale::api

extern "C" {
bool body_pgscale_query_shards(PgsCall* call, PgsFailure* failure);
bool body_pgscale_exec_shards(PgsCall* call, PgsFailure* failure);

bool body_pgscale_query_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::query_shards(call); });
}

bool body_pgscale_exec_shards(PgsCall* call, PgsFailure* failure) {
  return pgscale::pg::contain(failure, [call] { pgscale::api::exec_shards(call); });
}
}
