#pragma once

#include <list>
#include <map>
#include <string>
#include <vector>

#include "core/sql.h"
#include "remote/link.h"

namespace pgscale::remote {

// The same conversation with several shards at once. Throws OutcomeError for the first failure;
// then, and when it ends without commit(), nothing of it is left on any shard.
class Team {
 public:
  Team(const std::vector<std::string>& shards, Oid role, Deadline deadline);

  // Locks there are waited for no longer than here: who reads the table on the shard must not have
  // to wait behind us either.
  void begin();
  // Whether the shard has a relation or a schema of the name.
  [[nodiscard]] bool has(const std::string& shard, const QualifiedName& table);
  [[nodiscard]] bool has(const std::string& shard, const Identifier& schema);
  // The statements of each shard, one after the other.
  void run(const std::map<std::string, std::vector<Sql>>& work);
  // The rows of one statement, by shard.
  [[nodiscard]] std::map<std::string, Reply> ask(const Sql& sql,
                                                 const std::vector<pg::Value>& parameters = {});
  void commit();
  // The same, waiting no longer than that; then nobody knows whether it is committed.
  void commit(std::chrono::milliseconds patience);

 private:
  void finish();
  void finish(Deadline deadline);

  std::list<Link> links_;
  Deadline deadline_;
};

}  // namespace pgscale::remote
