#include "core/repairs.h"

#include "core/options.h"
#include "core/statements.h"

namespace pgscale {
namespace {

Step step_for(Action action, const TableFacts& table, const std::string& reason) {
  return Step{action, table.oid, table.name, "", reason, {}, ""};
}

Step on_index(Step step, const IndexWish& wish, const PartitionIndex& index) {
  step.object_oid = wish.oid;
  step.others = {{index.oid, index.name}};
  return step;
}

Sql build_statement(const TableFacts& table, const IndexWish& wish) {
  Sql sql("CREATE ");
  if (wish.unique) sql << "UNIQUE ";
  sql << "INDEX CONCURRENTLY ON " << table.name << Definition{wish.definition};
  return sql;
}

// On a table that is itself partitioned an index is an entry of the catalog; its partitions get
// theirs as soon as it is there.
Step build_on_partitioned(const TableFacts& table, const IndexWish& wish,
                          const std::string& reason) {
  Step step = step_for(Action::kBuildIndex, table, reason);
  step.object_oid = wish.oid;
  if (wish.backing != Backing::kNone) {
    Sql sql("ALTER TABLE ONLY ");
    sql << table.name << " ADD " << Definition{wish.constraint_definition};
    step.sql = {sql};
    step.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
    return step;
  }
  Sql sql("CREATE ");
  if (wish.unique) sql << "UNIQUE ";
  sql << "INDEX ON ONLY " << table.name << Definition{wish.definition};
  step.sql = {sql};
  step.locks = "SHARE on " + readable(table.name);
  return step;
}

Step build_step(const TableFacts& table, const IndexWish& wish, const std::string& reason) {
  if (table.kind == TableKind::kPartitioned) return build_on_partitioned(table, wish, reason);
  Step step = concurrent_step(Action::kBuildIndex, table, build_statement(table, wish), reason);
  step.object_oid = wish.oid;
  return step;
}

Sql attach_statement(const QualifiedName& parent_index, const Sql& index) {
  Sql sql("ALTER INDEX ");
  sql << parent_index << " ATTACH PARTITION " << index;
  return sql;
}

Sql constraint_statement(const TableFacts& table, const IndexWish& wish, const Sql& constraint,
                         const Sql& index) {
  Sql sql("ADD CONSTRAINT ");
  sql << constraint;
  sql << Definition{wish.backing == Backing::kPrimaryKey ? " PRIMARY KEY" : " UNIQUE"};
  sql << " USING INDEX " << index;
  if (wish.deferrable) sql << " DEFERRABLE";
  if (wish.initially_deferred) sql << " INITIALLY DEFERRED";
  return alter_table(table.name, sql);
}

// `index` is empty while the index does not exist: it gets its name from the server.
Step attach_step(const TableFacts& table, const IndexWish& wish, const PartitionIndex* index,
                 const std::string& reason) {
  Step step = step_for(Action::kAttachIndex, table, reason);
  step.object_oid = wish.oid;
  step.others.push_back({wish.oid, wish.name});
  Sql name("");
  Sql full_name("");
  if (index != nullptr) {
    step.others.push_back({index->oid, index->name});
    name << index->name.name;
    full_name << index->name;
  } else {
    name << "<the new index>";
    full_name << "<the new index>";
  }
  step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(wish.name) + "; ACCESS EXCLUSIVE on ";
  const bool needs_constraint = wish.backing != Backing::kNone && table.kind == TableKind::kTable &&
                                (index == nullptr || !index->constrained);
  if (needs_constraint) {
    step.sql = {lock_statement(table.name, LockMode::kAccessExclusive),
                constraint_statement(table, wish, name, name)};
    step.locks += readable(table.name) + ", ";
  }
  step.sql.push_back(attach_statement(wish.name, full_name));
  step.locks += index != nullptr ? readable(index->name) : "the new index";
  return step;
}

Step constraint_step(const TableFacts& table, const IndexWish& wish, const PartitionIndex* index,
                     const std::string& reason) {
  Step step = step_for(Action::kAlter, table, reason);
  step.object_oid = wish.oid;
  Sql name("");
  if (index != nullptr) {
    step.others.push_back({index->oid, index->name});
    name << index->name.name;
  } else {
    name << "<the new index>";
  }
  step.sql = {lock_statement(table.name, LockMode::kAccessExclusive),
              constraint_statement(table, wish, name, name)};
  step.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
  return step;
}

// How an index of the partition becomes what is wished. That of a template is attached to none.
std::vector<Step> last_steps(const TableFacts& table, const IndexWish& wish,
                             const PartitionIndex* index, const std::string& reason) {
  if (!wish.of_template) return {attach_step(table, wish, index, reason)};
  if (wish.backing == Backing::kNone) return {};
  return {constraint_step(table, wish, index, reason)};
}

Step reindex_step(const TableFacts& table, const IndexWish& wish, const PartitionIndex& index,
                  const std::string& reason) {
  Sql sql("REINDEX INDEX CONCURRENTLY ");
  sql << index.name;
  return on_index(concurrent_step(Action::kReindex, table, sql, reason), wish, index);
}

}  // namespace

Sql alter_table(const QualifiedName& table, const Sql& what) {
  Sql sql("ALTER TABLE ");
  sql << table << " " << what;
  return sql;
}

Sql alter_column(const QualifiedName& table, const std::string& column, const Sql& what) {
  Sql sql("ALTER COLUMN ");
  sql << Identifier(column) << " " << what;
  return alter_table(table, sql);
}

Step concurrent_step(Action action, const TableFacts& table, const Sql& statement,
                     const std::string& reason) {
  Step step = step_for(action, table, reason);
  step.sql = {statement};
  step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(table.name);
  step.concurrently = true;
  return step;
}

Step alter_step(const TableFacts& table, const std::vector<Sql>& changes,
                const std::string& reason) {
  Step step = step_for(Action::kAlter, table, reason);
  step.sql = {lock_statement(table.name, LockMode::kAccessExclusive)};
  step.sql.insert(step.sql.end(), changes.begin(), changes.end());
  step.locks = "ACCESS EXCLUSIVE on " + readable(table.name);
  return step;
}

Step unlocked_step(const TableFacts& table, const std::vector<Sql>& changes,
                   const std::string& reason) {
  Step step = step_for(Action::kAlter, table, reason);
  step.sql = changes;
  return step;
}

Step parameter_step(const TableFacts& table, const std::string& parameter, const std::string& value,
                    const std::string& reason) {
  Sql change("SET ");
  change << option_list({{parameter, value}});
  const std::vector<Sql> sql{alter_table(table.name, change)};
  // The one parameter that PostgreSQL does not change beside readers and writers.
  if (parameter == "user_catalog_table") return alter_step(table, sql, reason);
  Step step = unlocked_step(table, sql, reason);
  step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(table.name);
  return step;
}

Step drop_index_step(const TableFacts& table, const IndexWish& wish, const PartitionIndex& index,
                     const std::string& reason) {
  Sql sql("DROP INDEX CONCURRENTLY ");
  sql << index.name;
  return on_index(concurrent_step(Action::kDropIndex, table, sql, reason), wish, index);
}

Step validate_constraint_step(const TableFacts& table, const std::string& constraint,
                              const std::string& reason) {
  Step step = step_for(Action::kValidateConstraint, table, reason);
  Sql sql("VALIDATE CONSTRAINT ");
  sql << Identifier(constraint);
  step.sql = {alter_table(table.name, sql)};
  step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(table.name);
  return step;
}

Step attach_again_step(const TableFacts& table, const QualifiedName& index,
                       const PartitionIndex& attached, const std::string& reason) {
  Step step = step_for(Action::kAttachIndex, table, reason);
  step.others = {{attached.oid, attached.name}};
  Sql name("");
  name << attached.name;
  step.sql = {attach_statement(index, name)};
  step.locks = "SHARE UPDATE EXCLUSIVE on " + readable(index) + "; ACCESS EXCLUSIVE on " +
               readable(attached.name);
  return step;
}

// Where somebody is building such an index, his is waited for.
std::vector<Step> index_repair(const TableFacts& table, const IndexFacts& facts,
                               const std::string& reason) {
  const IndexWish& wish = *facts.wish;
  if (facts.attached) {
    if (facts.attached->valid || facts.attached->being_built) return {};
    if (table.kind == TableKind::kPartitioned) return {};  // valid once its own partitions are
    return {reindex_step(table, wish, *facts.attached, reason)};
  }
  // CREATE INDEX CONCURRENTLY knows no exclusion constraints.
  if (wish.backing == Backing::kExclusion || wish.definition.empty()) return {};
  if (wish.backing == Backing::kPrimaryKey && !facts.can_be_primary) return {};
  const bool is_leaf = table.kind != TableKind::kPartitioned;
  std::vector<Step> steps;
  for (const PartitionIndex& index : facts.alike) {
    if (index.being_built) return {};
    const bool fits = is_leaf ? index.valid : index.constrained == (wish.backing != Backing::kNone);
    if (fits) return last_steps(table, wish, &index, reason);
    if (is_leaf) steps.push_back(drop_index_step(table, wish, index, reason));
  }
  steps.push_back(build_step(table, wish, reason));
  for (const Step& step : last_steps(table, wish, nullptr, reason)) steps.push_back(step);
  return steps;
}

}  // namespace pgscale
