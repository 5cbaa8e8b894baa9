#include "remote/survey.h"

#include <memory>

#include "pg/query.h"

namespace pgscale::remote {
namespace {

// A value among the options that a connection begins with.
std::string escaped(const std::string& value) {
  std::string text;
  for (char c : value) {
    if (c == ' ' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

// Each goes on by itself, so that one that hangs takes no time from the others.
std::vector<Answer> survey(const std::vector<Question>& questions, Deadline deadline) {
  const std::string zone =
      *pg::query(Sql("SELECT pg_catalog.current_setting('TimeZone')")).front()[0];
  std::vector<Answer> answers(questions.size());
  std::vector<std::unique_ptr<Link>> links(questions.size());
  std::vector<Link*> open;
  for (std::size_t i = 0; i < questions.size(); i++) {
    answers[i].reply.failure = pg::attempt([&] {
      Target target = target_of(questions[i].shard, questions[i].role);
      std::string& options = target.keywords["options"];
      options += (options.empty() ? "" : " ") +
                 std::string("-c search_path=pg_catalog,pg_temp -c TimeZone=") + escaped(zone);
      links[i] = std::make_unique<Link>(std::move(target), deadline);
    });
    if (!links[i]) continue;
    links[i]->send(questions[i].sql.text(), questions[i].parameters);
    open.push_back(links[i].get());
  }
  gather(open, deadline);
  for (std::size_t i = 0; i < questions.size(); i++) {
    if (!links[i]) continue;
    answers[i].reply = links[i]->reply();
    answers[i].elapsed = links[i]->elapsed();
  }
  return answers;
}

}  // namespace pgscale::remote
