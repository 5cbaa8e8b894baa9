#include "catalog/shard_moves.h"

#include <algorithm>

#include "catalog/parents.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {
namespace {

std::vector<std::string> names_of(const std::vector<Shard>& shards) {
  std::vector<std::string> names;
  for (const Shard& shard : shards) names.push_back(shard.name);
  return names;
}

MovePhase to_phase(const pg::Value& word) {
  if (const auto phase = parse_move_phase(*word)) return *phase;
  throw Failure(Problem::kInternal, "unknown phase \"" + *word + "\"");
}

// Its copy may have been dropped by hand: then there is none.
std::optional<Move> to_move(const std::vector<pg::Value>& row, std::size_t first) {
  if (!row[first]) return std::nullopt;
  Move move{*row[first], *row[first + 1], to_phase(row[first + 2]), std::nullopt};
  if (row[first + 4])
    move.copy = QualifiedName{Identifier(*row[first + 3]), Identifier(*row[first + 4])};
  if (move.phase == MovePhase::kCopied && !move.copy) move.phase = MovePhase::kCopying;
  return move;
}

// Bounds are read from the catalog, under the settings of the session that will use them. What
// depends on the foreign table, or hangs on it alone, would be lost with it.
constexpr char kPartitions[] =
    "SELECT coalesce(p.leaf, m.leaf),"
    "       coalesce(pg_catalog.pg_get_expr(f.relpartbound, f.oid), p.bound, ''),"
    "       coalesce(p.shard, m.source), p.region, p.leaf IS NOT NULL,"
    "       CASE WHEN f.relacl IS NOT NULL OR EXISTS (SELECT FROM pg_catalog.pg_attribute a"
    "                  WHERE a.attrelid = f.oid AND a.attacl IS NOT NULL) THEN f.oid END,"
    "       CASE WHEN f.oid IS NULL THEN 'there is no foreign table for it here'"
    "            WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i"
    "                              WHERE i.inhrelid = f.oid AND i.inhparent = r.oid"
    "                                AND NOT i.inhdetachpending)"
    "            THEN 'its foreign table is no partition here'"
    "            WHEN s.srvname IS DISTINCT FROM p.shard"
    "            THEN 'its foreign table leads to another shard'"
    "            WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = f.oid"
    "                            AND NOT g.tgisinternal AND g.tgparentid = 0)"
    "            THEN 'its foreign table has triggers of its own'"
    "            WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d"
    "                          WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass"
    "                            AND d.refobjid = f.oid AND d.deptype = 'n'"
    "                            AND d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass,"
    "                                              'pg_catalog.pg_proc'::pg_catalog.regclass))"
    "            THEN 'a view or a function depends on its foreign table'"
    "            ELSE '' END,"
    "       m.source, m.target, m.phase, cn.nspname, c.relname"
    "  FROM (SELECT * FROM pgscale.placement WHERE relation = $1::oid) p"
    "  FULL JOIN (SELECT * FROM pgscale.shard_move WHERE relation = $1::oid) m USING (leaf)"
    "  JOIN pg_catalog.pg_class r ON r.oid = $1::oid"
    "  LEFT JOIN pg_catalog.pg_class f ON f.relnamespace = r.relnamespace AND f.relkind = 'f'"
    "                                 AND f.relname = coalesce(p.leaf, m.leaf)"
    "  LEFT JOIN pg_catalog.pg_foreign_table t ON t.ftrelid = f.oid"
    "  LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver"
    "  LEFT JOIN pg_catalog.pg_class c ON c.oid = m.copy"
    "  LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace"
    " ORDER BY 1";

std::vector<MovingPartition> read_partitions(Oid relation) {
  std::vector<MovingPartition> partitions;
  for (const auto& row : pg::query(Sql(kPartitions), {pg::from_oid(relation)})) {
    MovingPartition partition{{*row[0], *row[1], *row[2], row[3]}};
    partition.is_placed = pg::to_bool(row[4]);
    if (row[5]) partition.grants = read_grants(pg::to_oid(row[5]));
    partition.obstacle = *row[6];
    partition.move = to_move(row, 7);
    partitions.push_back(std::move(partition));
  }
  return partitions;
}

std::optional<std::vector<std::string>> to_names(const pg::Value& array) {
  if (!array) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& row : pg::query(Sql("SELECT unnest($1::text[])"), {array}))
    names.push_back(*row[0]);
  return names;
}

// Only where no partition is left, for queries on the shard may need them until then.
std::vector<LeavingCopy> leaving_copies(const pg::Value& sources) {
  std::vector<LeavingCopy> copies;
  for (const auto& row :
       pg::query(Sql("SELECT p.relation::oid, c.relowner, n.nspname, c.relname, p.leaf, p.shard"
                     "  FROM pgscale.placement p"
                     "  JOIN pgscale.sharded_table t ON t.relation = p.relation"
                     "                               AND t.kind = 'reference'"
                     "  JOIN pg_catalog.pg_class c ON c.oid = p.relation"
                     "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                     " WHERE p.shard = ANY ($1::name[])"
                     "   AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                     "   AND NOT EXISTS (SELECT FROM pgscale.placement o"
                     "                     JOIN pgscale.sharded_table k ON k.relation = o.relation"
                     "                    WHERE o.shard = p.shard AND k.kind <> 'reference')"
                     "   AND NOT EXISTS (SELECT FROM pgscale.shard_move m WHERE m.source = p.shard)"
                     " ORDER BY p.shard, n.nspname, c.relname"),
                 {sources})) {
    copies.push_back({pg::to_oid(row[0]),
                      pg::to_oid(row[1]),
                      {Identifier(*row[2]), Identifier(*row[3])},
                      {Identifier(*row[2]), Identifier(*row[4])},
                      *row[5]});
  }
  return copies;
}

std::vector<RemoteTable> settlers(const pg::Value& sources) {
  std::vector<RemoteTable> found;
  for (const auto& row :
       pg::query(Sql("SELECT s.srvname, n.nspname, c.relname"
                     "  FROM pg_catalog.pg_foreign_table t"
                     "  JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver"
                     "  JOIN pg_catalog.pg_class c ON c.oid = t.ftrelid"
                     "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                     " WHERE s.srvname = ANY ($1::name[])"
                     "   AND NOT EXISTS (SELECT FROM pgscale.shard_move m WHERE m.copy = c.oid)"
                     "   AND NOT EXISTS (SELECT FROM pgscale.placement p"
                     "                     JOIN pg_catalog.pg_class r ON r.oid = p.relation"
                     "                    WHERE p.leaf = c.relname"
                     "                      AND r.relnamespace = c.relnamespace)"
                     " ORDER BY 1, 2, 3"),
                 {sources})) {
    found.push_back({*row[0], {Identifier(*row[1]), Identifier(*row[2])}});
  }
  return found;
}

}  // namespace

bool is_anything_to_move() {
  return !pg::query(Sql("SELECT FROM pgscale.shard WHERE state = 'draining'"
                        " UNION ALL SELECT FROM pgscale.shard_move"))
              .empty();
}

std::optional<MovingTable> load_moving_table(Oid relation) {
  const auto rows = pg::query(Sql("SELECT c.relowner, t.colocation, t.shards"
                                  "  FROM pgscale.sharded_table t"
                                  "  JOIN pg_catalog.pg_class c ON c.oid = t.relation"
                                  " WHERE t.relation = $1::oid"),
                              {pg::from_oid(relation)});
  if (rows.empty()) return std::nullopt;
  MovingTable table(read_sharded_table(relation));
  table.relation = relation;
  table.owner = pg::to_oid(rows.front()[0]);
  table.colocation = static_cast<int>(pg::to_int(rows.front()[1]));
  table.shards = to_names(rows.front()[2]);
  table.partitions = read_partitions(relation);
  return table;
}

// Tables of the same group, too, that have nothing there any more: they say where others must go.
MoveFacts load_move_facts(const std::vector<Shard>& sources) {
  MoveFacts facts;
  facts.shards = load_registry().shards;
  // As it is now: somebody may have thought better of it since the visit began.
  const std::vector<std::string> names = names_of(sources);
  std::vector<std::string> drained;
  for (const Shard& shard : facts.shards) {
    const bool is_given = std::find(names.begin(), names.end(), shard.name) != names.end();
    if (is_given && shard.state == ShardState::kDraining) drained.push_back(shard.name);
  }
  facts.own = {names.begin(), names.end()};
  const pg::Value array = pg::array_literal(drained);
  for (Oid relation :
       pg::to_oids(pg::query(Sql("SELECT c.oid FROM pgscale.sharded_table t"
                                 "  JOIN pg_catalog.pg_class c ON c.oid = t.relation"
                                 "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                 " WHERE t.kind <> 'reference'"
                                 "   AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
                                 "   AND t.colocation IN"
                                 "       (SELECT o.colocation FROM pgscale.sharded_table o"
                                 "         WHERE EXISTS (SELECT FROM pgscale.placement p"
                                 "                        WHERE p.relation = o.relation"
                                 "                          AND p.shard = ANY ($1::name[]))"
                                 "            OR EXISTS (SELECT FROM pgscale.shard_move m"
                                 "                        WHERE m.relation = o.relation"
                                 "                          AND m.source = ANY ($2::name[])))"
                                 " ORDER BY n.nspname, c.relname"),
                             {array, pg::array_literal(names)}))) {
    if (auto table = load_moving_table(relation)) facts.tables.push_back(std::move(*table));
  }
  facts.copies = leaving_copies(array);
  facts.settlers = settlers(array);
  return facts;
}

std::optional<Move> find_move(Oid relation, const std::string& leaf) {
  const auto rows =
      pg::query_latest(Sql("SELECT m.source, m.target, m.phase, n.nspname, c.relname"
                           "  FROM pgscale.shard_move m"
                           "  LEFT JOIN pg_catalog.pg_class c ON c.oid = m.copy"
                           "  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                           " WHERE m.relation = $1::oid AND m.leaf = $2"),
                       {pg::from_oid(relation), leaf});
  if (rows.empty()) return std::nullopt;
  return to_move(rows.front(), 0);
}

void begin_move(Oid relation, const std::string& leaf, const Move& move) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("INSERT INTO pgscale.shard_move (relation, leaf, source, target)"
                  " VALUES ($1::oid, $2::name, $3::name, $4::name)"),
              {pg::from_oid(relation), leaf, move.source, move.target});
}

void note_phase(Oid relation, const std::string& leaf, MovePhase phase) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.shard_move SET phase = $3,"
                  "       copy = CASE WHEN $3 <> 'swapped' THEN copy END"
                  " WHERE relation = $1::oid AND leaf = $2"),
              {pg::from_oid(relation), leaf, text(phase)});
}

void note_copied(Oid relation, const std::string& leaf, const QualifiedName& copy) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.shard_move SET phase = 'copied', older = NULL, copy = c.oid"
                  "  FROM pg_catalog.pg_class c"
                  "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                  " WHERE relation = $1::oid AND leaf = $2 AND n.nspname = $3 AND c.relname = $4"),
              {pg::from_oid(relation), leaf, copy.schema.name(), copy.name.name()});
}

void forget_move(Oid relation, const std::string& leaf) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("DELETE FROM pgscale.shard_move WHERE relation = $1::oid AND leaf = $2"),
              {pg::from_oid(relation), leaf});
}

std::optional<std::string> older_transactions(Oid relation, const std::string& leaf) {
  const auto rows = pg::query(Sql("SELECT older FROM pgscale.shard_move"
                                  " WHERE relation = $1::oid AND leaf = $2"),
                              {pg::from_oid(relation), leaf});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

void note_older_transactions(Oid relation, const std::string& leaf, const std::string& array) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.shard_move SET older = $3::text[]"
                  " WHERE relation = $1::oid AND leaf = $2"),
              {pg::from_oid(relation), leaf, array});
}

void move_placement(Oid relation, const std::string& leaf, const std::string& shard) {
  const auto acting = pg::Acting::as_extension();
  pg::execute(Sql("UPDATE pgscale.placement SET shard = $3::name"
                  " WHERE relation = $1::oid AND leaf = $2"),
              {pg::from_oid(relation), leaf, shard});
}

bool is_read_here(const std::string& shard, const QualifiedName& table) {
  return !pg::query(Sql("SELECT FROM pg_catalog.pg_foreign_table f"
                        "  JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver"
                        " WHERE s.srvname = $1"
                        "   AND f.ftoptions @> ARRAY['schema_name=' || $2, 'table_name=' || $3]"),
                    {shard, table.schema.name(), table.name.name()})
              .empty();
}

// Its parent, too, which is made where the first partition of the table comes to a shard, and
// dropped with the last.
bool is_moving(const std::string& shard, const QualifiedName& name) {
  return !pg::query(Sql("SELECT FROM pgscale.shard_move m"
                        "  JOIN pg_catalog.pg_class c ON c.oid = m.relation"
                        "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE $1 IN (m.source, m.target) AND n.nspname = $2"
                        "   AND $3 IN (m.leaf, c.relname)"),
                    {shard, name.schema.name(), name.name.name()})
              .empty();
}

std::optional<std::string> partition_on_its_way(const std::string& shard) {
  const auto rows = pg::query(Sql("SELECT leaf FROM pgscale.shard_move"
                                  " WHERE $1 IN (source, target) ORDER BY leaf LIMIT 1"),
                              {shard});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

std::optional<std::string> partition_on_its_way(Oid relation) {
  const auto rows = pg::query_latest(Sql("SELECT leaf FROM pgscale.shard_move"
                                         " WHERE relation = $1::pg_catalog.oid"
                                         " ORDER BY leaf LIMIT 1"),
                                     {pg::from_oid(relation)});
  if (rows.empty()) return std::nullopt;
  return rows.front()[0];
}

std::vector<std::string> leaves_on_their_way(Oid relation, const std::string& shard) {
  std::vector<std::string> leaves;
  for (const auto& row : pg::query(Sql("SELECT leaf FROM pgscale.shard_move"
                                       " WHERE relation = $1::oid AND $2 IN (source, target)"),
                                   {pg::from_oid(relation), shard})) {
    leaves.push_back(*row[0]);
  }
  return leaves;
}

void forget_copy_of_reference(Oid relation, const std::string& shard) {
  const auto acting = pg::Acting::as_extension();
  for (const Sql& sql :
       {Sql("DELETE FROM pgscale.placement"), Sql("DELETE FROM pgscale.reference_state")}) {
    Sql statement = sql;
    pg::execute(statement << " WHERE relation = $1::oid AND shard = $2",
                {pg::from_oid(relation), shard});
  }
}

void bury_dead_moves(const ShardStep& step) {
  std::vector<std::string> actions;
  for (ShardAction action : {ShardAction::kSeal, ShardAction::kCopy, ShardAction::kSwap,
                             ShardAction::kDrop, ShardAction::kUnseal, ShardAction::kDropCopy}) {
    actions.emplace_back(text(action));
  }
  const auto acting = pg::Acting::as_extension();
  pg::execute(
      Sql("UPDATE pgscale.run SET outcome = 'crashed', finished_at = clock_timestamp(),"
          "       message = 'the process that carried out the step ended before the step'"
          " WHERE parent IS NULL AND outcome = 'running' AND parent_name = $1 AND partition = $2"
          "   AND action = ANY ($3::text[])"),
      {step.shard, step.object, pg::array_literal(actions)});
}

}  // namespace pgscale::catalog
