#pragma once

#include <string>
#include <vector>

#include "core/step.h"

namespace pgscale {

// The name of the constraint that guards a default partition while a partition is attached beside
// it, and a plain table before it becomes a partition.
inline constexpr char kGuardName[] = "pgscale_guard";

[[nodiscard]] Sql bound_clause(const Bound& bound, const std::optional<Axis>& axis);

enum class LockMode { kRowExclusive, kShareUpdateExclusive, kAccessExclusive };
// Taking its locks one by one, a step can stop waiting in time however many of them are not free;
// inside one ALTER TABLE the lock timeout would begin anew for each.
[[nodiscard]] Sql lock_statement(const QualifiedName& table, LockMode mode);

// A member of the extension is in no dump and goes with the extension.
enum class Membership { kJoin, kLeave };
[[nodiscard]] Sql member_statement(Membership membership, const QualifiedName& table);

// CREATE TABLE ... LIKE and everything LIKE does not carry over; all in the new table's favour,
// none of it takes a lock on the parent that readers or writers could notice. Of the policy come
// its storage parameters and the indexes of its template.
[[nodiscard]] std::vector<Sql> table_statements(const Parent& parent,
                                                const QualifiedName& partition,
                                                const Policy& policy);
// The same for a table that is itself partitioned, and so holds no rows.
[[nodiscard]] std::vector<Sql> partitioned_table_statements(const Parent& parent,
                                                            const QualifiedName& partition,
                                                            const SubLevel& below);
[[nodiscard]] Sql attach_statement(const QualifiedName& parent, const QualifiedName& partition,
                                   const Sql& bound_clause);

[[nodiscard]] Sql statistics_target_statement(const QualifiedName& table,
                                              const ColumnTarget& target);

// REPLICA IDENTITY USING INDEX; known only once ATTACH has matched the indexes.
[[nodiscard]] Sql replica_index_statement(const QualifiedName& partition, const Identifier& index);

enum class DetachMode { kConcurrently, kPlain, kFinalize };
[[nodiscard]] Sql detach_statement(const QualifiedName& parent, const QualifiedName& partition,
                                   DetachMode mode);
// The locks of a plain DETACH in PostgreSQL's own order, then the DETACH.
[[nodiscard]] std::vector<Sql> plain_detach_statements(const Inventory& inventory,
                                                       const Partition& partition);
[[nodiscard]] Sql unpublish_statement(const std::string& publication, const QualifiedName& table);
[[nodiscard]] Sql refresh_statement(const std::string& subscription);
[[nodiscard]] Sql analyze_statement(const QualifiedName& parent, bool knows_only);
[[nodiscard]] std::vector<Sql> drop_statements(const Parent& parent, TableKind kind,
                                               const QualifiedName& table);

[[nodiscard]] Sql guard_statement(const Parent& parent, const QualifiedName& default_partition,
                                  const Bound& bound, const std::optional<Axis>& axis);
// The same for a table that is to become the partition of the range itself.
[[nodiscard]] Sql own_guard_statement(const Parent& table, const Range& range, const Axis& axis);
// The same name for the opposite: the partition to be holds nothing but what it is to hold.
[[nodiscard]] Sql holds_statement(const Parent& parent, const QualifiedName& partition,
                                  const Bound& bound, const std::optional<Axis>& axis);
// The ctids of the rows of the default partition that lie in the bound.
[[nodiscard]] Sql ctids_statement(const Parent& parent, const QualifiedName& default_partition,
                                  const Bound& bound, const std::optional<Axis>& axis);
// A query for one of the rows that such a guard forbids.
[[nodiscard]] Sql look_statement(const Parent& parent, const QualifiedName& default_partition,
                                 const Bound& bound, const std::optional<Axis>& axis);
[[nodiscard]] Sql validate_guard_statement(const QualifiedName& default_partition);
[[nodiscard]] Sql unguard_statement(const QualifiedName& default_partition);

}  // namespace pgscale
