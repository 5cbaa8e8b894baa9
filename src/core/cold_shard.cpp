#include "core/cold_shard.h"

#include "core/grants.h"
#include "core/naming.h"
#include "core/reference.h"
#include "core/statements.h"

namespace pgscale {
namespace {

Sql rename_statement(const char* kind, const QualifiedName& table, const Identifier& name) {
  Sql sql("ALTER ");
  sql << Definition{kind} << " " << table << " RENAME TO " << name;
  return sql;
}

// Only for who writes the partition itself, as it was with the local one.
Sql default_statement(const QualifiedName& table, const ShardedColumn& column) {
  Sql sql("ALTER FOREIGN TABLE ");
  sql << table << " ALTER COLUMN " << Identifier(column.name) << " SET DEFAULT "
      << Definition{column.default_value};
  return sql;
}

// A trigger of the rows, for partitions are written through their parent, whose own statements the
// triggers of a partition do not see; of TRUNCATE they do. ALWAYS, so that it is for a replica,
// too.
std::vector<Sql> seal_statements(const QualifiedName& partition) {
  std::vector<Sql> statements;
  const auto add = [&](const char* name, const char* event, const char* each) {
    Sql create("CREATE OR REPLACE TRIGGER ");
    create << Identifier(name) << " BEFORE " << Definition{event} << " ON " << partition
           << " FOR EACH " << Definition{each} << " EXECUTE FUNCTION pgscale.refuse_write()";
    Sql always("ALTER TABLE ");
    always << partition << " ENABLE ALWAYS TRIGGER " << Identifier(name);
    statements.push_back(create);
    statements.push_back(always);
  };
  add(kColdSeal, "INSERT OR UPDATE OR DELETE", "ROW");
  add(kColdTruncateSeal, "TRUNCATE", "STATEMENT");
  return statements;
}

Sql unseal_statement(const QualifiedName& partition, const char* trigger) {
  Sql sql("DROP TRIGGER ");
  sql << Identifier(trigger) << " ON " << partition;
  return sql;
}

class Moving {
 public:
  Moving(const PartitionSet& set, const Partition& partition)
      : set_(set),
        partition_(partition),
        parent_(set.inventory.parent),
        shard_(partition.copy ? partition.copy->remote.shard : set.policy.retire_shard.value()),
        remote_(partition.copy ? partition.copy->remote.name : partition.name),
        shape_(partition.name),
        copy_(partition.copy ? partition.copy->name
                             : QualifiedName{partition.name.schema, copy_name(shape_, shard_)}) {
    // Before the catalog has been asked for it a plan is made without it.
    const auto found = set.inventory.shapes.find(partition.oid);
    if (found != set.inventory.shapes.end()) shape_ = found->second;
  }

  std::vector<Step> steps(const std::string& reason) const {
    std::vector<Step> steps;
    if (!partition_.sealed) steps.push_back(seal(reason));
    if (!partition_.copy) steps.push_back(copy(reason));
    steps.push_back(swap(reason));
    return steps;
  }

 private:
  [[nodiscard]] Step step(Action action, const std::string& reason, std::vector<Sql> sql) const {
    Step step{
        action, partition_.oid, partition_.name, partition_.bound_text, reason, std::move(sql), ""};
    step.retire = Retire::kShard;
    return step;
  }

  [[nodiscard]] Step seal(const std::string& reason) const {
    Step seal = step(Action::kSeal, reason, seal_statements(partition_.name));
    seal.locks = "SHARE ROW EXCLUSIVE on " + readable(partition_.name);
    return seal;
  }

  [[nodiscard]] Step copy(const std::string& reason) const {
    std::vector<Sql> sql{foreign_table_statement(shape_, copy_, shard_, remote_)};
    for (const ShardedColumn& column : shape_.columns) {
      if (column.generated.empty() && !column.default_value.empty()) {
        sql.push_back(default_statement(copy_, column));
      }
    }
    for (const Sql& grant : grant_statements(parent_.grants, copy_)) sql.push_back(grant);
    sql.push_back(fill_statement(shape_, copy_));
    Step copy = step(Action::kCopy, reason, std::move(sql));
    copy.locks = "SHARE UPDATE EXCLUSIVE on " + readable(partition_.name);
    copy.copy = copy_;
    copy.remote = RemotePart{shard_, remote_, {}, remote_table_statements(shape_), std::nullopt};
    return copy;
  }

  [[nodiscard]] Step swap(const std::string& reason) const {
    const Partition* rest = default_partition(set_.inventory);
    std::vector<Sql> sql{fingerprint_statement(shape_)};
    for (const Sql& part : plain_detach_statements(set_.inventory, partition_)) sql.push_back(part);
    std::size_t proven = 0;
    if (rest != nullptr) {
      // As long as the partition was there the default partition could have none of its rows.
      sql.insert(sql.end() - 1, guard_statement(parent_, rest->name, partition_.bound, set_.axis));
      proven = sql.size() - 1;
    }
    sql.push_back(
        rename_statement("TABLE", partition_.name, name_after_swap(partition_.name).name));
    sql.push_back(rename_statement("FOREIGN TABLE", copy_, partition_.name.name));
    sql.push_back(
        attach_statement(parent_.name, partition_.name, bound_clause(partition_.bound, set_.axis)));
    if (rest != nullptr) sql.push_back(unguard_statement(rest->name));
    Step swap = step(Action::kSwap, reason, std::move(sql));
    swap.first_strong = 1;
    swap.proven = proven;
    swap.locks = "ACCESS EXCLUSIVE on " + readable(parent_.name) + ", " + readable(partition_.name);
    if (rest != nullptr) swap.locks += ", " + readable(rest->name);
    swap.copy = copy_;
    ShardedTable there = shape_;
    there.name = remote_;
    swap.remote = RemotePart{shard_, remote_, {}, {fingerprint_statement(there)}, std::nullopt};
    return swap;
  }

  const PartitionSet& set_;
  const Partition& partition_;
  const Parent& parent_;
  std::string shard_;
  QualifiedName remote_;
  ShardedTable shape_;
  QualifiedName copy_;
};

}  // namespace

bool is_cold(const Policy& policy, const Partition& partition) {
  return policy.retire == Retire::kShard && partition.remote.has_value();
}

std::string obstacle_to_moving(const Inventory& inventory, const Partition& partition) {
  if (partition.kind == TableKind::kForeign) return "it is a foreign table";
  if (partition.kind == TableKind::kPartitioned) return "it is partitioned itself";
  if (inventory.parent.has_unique_index) {
    return "table " + readable(inventory.parent.name) +
           " has a primary key or a unique or exclusion constraint";
  }
  if (!inventory.parent.referenced.empty()) {
    return "table " + readable(inventory.parent.name) + " has foreign keys";
  }
  if (!inventory.parent.referring.empty()) {
    return "foreign keys of other tables refer to table " + readable(inventory.parent.name);
  }
  return "";
}

QualifiedName name_after_swap(const QualifiedName& partition) {
  const std::string name =
      partition_name(partition.name.name(), "{parent}_{bound}", Method::kList, "moved");
  return {partition.schema, Identifier(name)};
}

std::vector<Step> moving_steps(const PartitionSet& set, const Partition& partition,
                               const std::string& reason) {
  return Moving(set, partition).steps(reason);
}

std::vector<Step> unseal_steps(const Partition& partition) {
  const Step step{Action::kUnseal,
                  partition.oid,
                  partition.name,
                  partition.bound_text,
                  "it is not to be moved to a shard any more",
                  {},
                  ""};
  std::vector<Step> steps;
  if (partition.sealed) {
    Step open = step;
    open.sql = {unseal_statement(partition.name, kColdSeal),
                unseal_statement(partition.name, kColdTruncateSeal)};
    open.locks = "ACCESS EXCLUSIVE on " + readable(partition.name);
    steps.push_back(std::move(open));
  }
  if (partition.copy) {
    Step forget = step;
    Sql drop("DROP FOREIGN TABLE ");
    forget.sql = {drop << partition.copy->name};
    forget.locks = "ACCESS EXCLUSIVE on " + readable(partition.copy->name);
    forget.remote = drop_on_shard(partition.copy->remote.shard, partition.copy->remote.name);
    steps.push_back(std::move(forget));
  }
  return steps;
}

}  // namespace pgscale
