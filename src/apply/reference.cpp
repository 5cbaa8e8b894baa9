#include "apply/reference.h"

#include <algorithm>

#include "apply/fingerprint.h"
#include "catalog/adoptee.h"
#include "catalog/parents.h"
#include "catalog/reference_copies.h"
#include "catalog/shard_grants.h"
#include "catalog/sharded_tables.h"
#include "catalog/shards.h"
#include "core/failure.h"
#include "core/grants.h"
#include "core/reference.h"
#include "pg/query.h"
#include "pg/server.h"
#include "pg/unguarded_writes.h"
#include "remote/team.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::minutes kPatience{1};
constexpr std::chrono::seconds kLook{5};

// One reference table, and what is to be done for its copies.
class Reference {
 public:
  explicit Reference(Oid relation)
      : relation_(relation),
        table_(catalog::read_owner(relation)),
        shape_(catalog::read_sharded_table(relation)),
        key_(catalog::key_of_rows(relation)) {}

  [[nodiscard]] const catalog::TableOwner& table() const { return table_; }

  [[nodiscard]] QualifiedName copy_on(const std::string& shard) const {
    return {table_.name.schema, copy_name(shape_, shard)};
  }

  // The shard comes last: what is committed there when something fails here would bear the mark of
  // a transaction that goes on.
  void make(const std::string& shard) const {
    make_here(shard);
    catalog::insert_placement(relation_, placement(shard));
    make_on_shard(shard);
  }

  [[nodiscard]] Placement placement(const std::string& shard) const {
    return {copy_on(shard).name.name(), "", shard, std::nullopt};
  }

  void fill(const std::string& shard) const { execute({fill_statement(shape_, copy_on(shard))}); }

  // The removal comes first because its lock on the copy keeps new foreign keys away.
  void refresh(const std::string& shard) const {
    const QualifiedName copy = copy_on(shard);
    if (!catalog::has_relation(copy)) make_here(shard);  // DROP SERVER takes it along
    if (!key_.empty()) execute({removal_statement(shape_, copy, key_)});
    execute(!key_.empty() && is_referenced_on(shard) ? changing_statements(shape_, copy, key_)
                                                     : replacing_statements(shape_, copy));
  }

  // As far as it is known without asking the shard.
  [[nodiscard]] std::vector<Sql> refresh_plan(const std::string& shard) const {
    const QualifiedName copy = copy_on(shard);
    if (key_.empty()) return replacing_statements(shape_, copy);
    std::vector<Sql> plan{removal_statement(shape_, copy, key_)};
    for (const Sql& sql : changing_statements(shape_, copy, key_)) plan.push_back(sql);
    return plan;
  }

  void execute(const std::vector<Sql>& statements) const {
    const auto acting = pg::Acting::as_owner(table_.owner);
    const pg::UnguardedWrites unguarded;
    for (const Sql& sql : statements) pg::execute(sql);
  }

  [[nodiscard]] std::string fingerprint() const {
    return fingerprint_here(fingerprint_statement(shape_), table_.owner);
  }

  [[nodiscard]] std::string fingerprint_on(const std::string& shard) const {
    return fingerprint_there(fingerprint_statement(shape_), shard, table_.owner, kLook);
  }

 private:
  void make_here(const std::string& shard) const {
    execute({foreign_table_statement(shape_, copy_on(shard), shard, table_.name)});
  }

  void make_on_shard(const std::string& shard) const {
    remote::Team team({shard}, table_.owner, remote::in(kPatience));
    std::vector<Sql> work;
    if (!team.has(shard, table_.name.schema)) {
      work.push_back(remote_schema_statement(table_.name.schema));
    }
    for (const Sql& sql : remote_table_statements(shape_)) work.push_back(sql);
    work.push_back(mark_statement(table_.name, catalog::own_mark()));
    for (const Sql& sql : grant_statements(readers(shard), table_.name)) work.push_back(sql);
    team.begin();
    team.run({{shard, work}});
    team.commit();
  }

  [[nodiscard]] bool is_referenced_on(const std::string& shard) const {
    remote::Team team({shard}, table_.owner, remote::in(kLook));
    const auto answer =
        team.ask(Sql("SELECT count(*) FROM pg_catalog.pg_constraint k"
                     "  JOIN pg_catalog.pg_class c ON c.oid = k.confrelid"
                     "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                     " WHERE k.contype = 'f' AND n.nspname = $1 AND c.relname = $2"),
                 {table_.name.schema.name(), table_.name.name.name()});
    return pg::to_int(answer.at(shard).rows.front()[0]) > 0;
  }

  // A copy is read on the shard, never changed.
  [[nodiscard]] std::vector<Grant> readers(const std::string& shard) const {
    std::vector<Grant> grants;
    const auto all = catalog::grants_on_shards(relation_, table_.owner);
    const auto found = all.find(shard);
    if (found == all.end()) return grants;
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(grants),
                 [](const Grant& grant) { return grant.privilege == Privilege::kSelect; });
    return grants;
  }

  Oid relation_;
  catalog::TableOwner table_;
  ShardedTable shape_;
  std::vector<std::string> key_;  // by which rows are told apart; empty: by nothing
};

void check(Oid relation, const Reference& reference) {
  const std::string& name = reference.table().name.name.name();
  if (catalog::find_sharded(relation)) {
    throw Failure(Problem::kDuplicateObject, "table \"" + name + "\" is on shards already");
  }
  if (reference.table().is_partitioned) {
    throw Failure(Problem::kWrongObjectType, "table \"" + name + "\" is partitioned", {},
                  "A reference table is small enough to be copied as a whole.");
  }
  const Adoptee facts = catalog::read_whole(relation, reference.table().name);
  if (facts.is_temporary || facts.row_security) {
    throw Failure(Problem::kNotSupported,
                  "table \"" + name +
                      "\" cannot be copied to shards: it is temporary or has row "
                      "security");
  }
}

ShardStep step(const Reference& reference, const std::string& shard, ShardAction action,
               const char* reason) {
  return {action, shard, readable(reference.table().name), reason, reference.refresh_plan(shard)};
}

// How the copy stands, noted for the view; empty where nobody could look.
std::optional<std::string> look(const Reference& reference, Oid relation,
                                const std::string& shard) {
  std::optional<std::string> seen;
  const auto trouble = pg::attempt([&] { seen = reference.fingerprint_on(shard); });
  if (trouble) catalog::note_copy_error(relation, shard, trouble->message);
  return seen;
}

// Makes it where there is none, then compares it, and replaces it where it differs.
void care_for_copy(ShardRunner& runner, const Reference& reference, Oid relation, Copy copy) {
  if (work_on(copy, {}) == CopyWork::kMake) {
    runner.run(step(reference, copy.shard, ShardAction::kMakeCopy, "the shard has no copy"),
               [&] { reference.make(copy.shard); });
    copy.is_placed = true;
  }
  copy.fingerprint = look(reference, relation, copy.shard);
  if (!copy.fingerprint) return;
  if (work_on(copy, reference.fingerprint()) == CopyWork::kRefresh) {
    runner.run(step(reference, copy.shard, ShardAction::kRefreshCopy, "the copy differs"),
               [&] { reference.refresh(copy.shard); });
    copy.fingerprint = look(reference, relation, copy.shard);
  }
  if (copy.fingerprint) {
    catalog::note_copy(relation, copy.shard, *copy.fingerprint, reference.fingerprint());
  }
}

void refresh_table(pg::Session& session, ShardRunner& runner, Oid relation,
                   const std::vector<Shard>& shards) {
  const Reference reference(relation);
  const catalog::ShardedRow row = catalog::require_sharded(relation);
  for (const Shard& shard : shards) {
    Copy copy{shard.name, false, std::nullopt};
    copy.is_placed = std::any_of(row.placements.begin(), row.placements.end(),
                                 [&](const Placement& p) { return p.shard == shard.name; });
    if (!copy.is_placed && shard.state != ShardState::kActive) continue;
    care_for_copy(runner, reference, relation, copy);
    session.commit();
  }
}

}  // namespace

std::vector<Placement> put_copies_on_shards(Oid relation) {
  const Reference reference(relation);
  check(relation, reference);
  catalog::ShardedRow row{
      relation, catalog::ShardedKind::kReference, std::nullopt, {}, std::nullopt, {}};
  catalog::insert_sharded(row, ShardedTable(reference.table().name));
  for (const Shard& shard : catalog::load_registry().shards) {
    if (shard.state != ShardState::kActive) continue;
    reference.make(shard.name);
    reference.fill(shard.name);
    row.placements.push_back(reference.placement(shard.name));
  }
  if (row.placements.empty()) {
    throw Failure(Problem::kNotInPrerequisiteState, "there is no shard that takes new tables", {},
                  "Use pgscale.add_shard().");
  }
  reference.execute({watch_statement(reference.table().name)});
  return row.placements;
}

void refresh_copies(pg::Session& session, ShardRunner& runner, const std::vector<Shard>& shards) {
  if (shards.empty()) return;
  for (Oid relation : catalog::reference_tables()) {
    if (!pg::call(pgs_claim, relation, PGS_CLAIM_MAINTENANCE)) continue;  // somebody is at it
    const auto trouble = pg::attempt([&] { (void)Reference(relation); });
    if (!trouble) refresh_table(session, runner, relation, shards);
    pg::call(pgs_unclaim, relation, PGS_CLAIM_MAINTENANCE);
  }
}

}  // namespace pgscale::apply
