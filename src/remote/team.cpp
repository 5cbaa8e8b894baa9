#include "remote/team.h"

#include "pg/server.h"

namespace pgscale::remote {

Team::Team(const std::vector<std::string>& shards, Oid role, Deadline deadline)
    : deadline_(deadline) {
  for (const std::string& shard : shards) links_.emplace_back(target_of(shard, role), deadline);
  finish();
}

void Team::begin() {
  for (Link& link : links_) link.send("BEGIN");
  finish();
  for (Link& link : links_) {
    link.send("SET LOCAL lock_timeout = " + std::to_string(pg::lock_timeout().count()));
  }
  finish();
}

bool Team::has(const std::string& shard, const QualifiedName& table) {
  Sql name("");
  name << table;
  Sql question("SELECT pg_catalog.to_regclass(");
  question << Literal{name.text()} << ")";
  return ask(question).at(shard).rows.front()[0].has_value();
}

bool Team::has(const std::string& shard, const Identifier& schema) {
  Sql question("SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(");
  question << Literal{schema.name()} << "))";
  return ask(question).at(shard).rows.front()[0].has_value();
}

void Team::run(const std::map<std::string, std::vector<Sql>>& work) {
  for (std::size_t i = 0;; i++) {
    bool any = false;
    for (Link& link : links_) {
      const auto statements = work.find(link.shard());
      if (statements == work.end() || i >= statements->second.size()) continue;
      link.send(statements->second[i].text());
      any = true;
    }
    if (!any) return;
    finish();
  }
}

std::map<std::string, Reply> Team::ask(const Sql& sql, const std::vector<pg::Value>& parameters) {
  for (Link& link : links_) link.send(sql.text(), parameters);
  finish();
  std::map<std::string, Reply> replies;
  for (const Link& link : links_) replies[link.shard()] = link.reply();
  return replies;
}

void Team::commit() {
  for (Link& link : links_) link.send("COMMIT");
  finish();
}

void Team::commit(std::chrono::milliseconds patience) {
  for (Link& link : links_) link.send("COMMIT");
  finish(in(patience));
}

void Team::finish() { finish(deadline_); }

void Team::finish(Deadline deadline) {
  std::vector<Link*> links;
  for (Link& link : links_) links.push_back(&link);
  gather(links, deadline);
  for (const Link& link : links_) {
    if (link.reply().failure) throw pg::OutcomeError(*link.reply().failure);
  }
}

}  // namespace pgscale::remote
