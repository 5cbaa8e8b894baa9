#include "remote/observe.h"

#include <list>

#include "catalog/shard_moves.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"

namespace pgscale::remote {
namespace {

// Of the tables that this user may drop.
constexpr char kMarked[] =
    "SELECT n.nspname, c.relname, c.relispartition, d.description"
    "  FROM pg_catalog.pg_description d"
    "  JOIN pg_catalog.pg_class c ON c.oid = d.objoid"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0"
    "   AND d.description LIKE 'pgscale %' AND c.relkind IN ('r', 'p')"
    "   AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
    " ORDER BY c.relispartition, n.nspname, c.relname";

struct Question {
  ShardUser user;
  std::list<Link>::iterator link;
};

void take(const Reply& reply, const ShardUser& user, Observation& seen) {
  for (const auto& row : reply.rows) {
    const auto mark = parse_mark(*row[3]);
    if (!mark) continue;
    const QualifiedName name{Identifier(*row[0]), Identifier(*row[1])};
    seen.tables.push_back(
        {user.shard, user.local_role, name, *row[2] == "t",
         catalog::is_placed(user.shard, name) || catalog::is_moving(user.shard, name), *mark,
         catalog::fate_of(mark->coordinator.cluster, mark->transaction)});
  }
}

}  // namespace

Observation observe_marked(const ShardRegistry& registry, Deadline deadline) {
  Observation seen;
  std::list<Link> links;
  std::vector<Question> questions;
  std::vector<Link*> pointers;
  for (const ShardUser& user : registry.users) {
    const auto role = catalog::find_role(user.local_role);
    if (!role) continue;
    const auto trouble =
        pg::attempt([&] { links.emplace_back(target_of(user.shard, *role), deadline); });
    if (trouble) continue;  // plan_shards() says what is wrong with the mapping
    links.back().send(kMarked);
    questions.push_back({user, std::prev(links.end())});
    pointers.push_back(&links.back());
  }
  gather(pointers, deadline);
  for (const Question& question : questions) {
    const auto& failure = question.link->reply().failure;
    if (failure) {
      seen.unreachable.push_back(ShardRefusal{ShardAction::kReach, question.user.shard,
                                              question.user.local_role, failure->message,
                                              failure->detail});
    } else {
      take(question.link->reply(), question.user, seen);
    }
  }
  return seen;
}

}  // namespace pgscale::remote
