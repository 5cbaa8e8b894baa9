#include <algorithm>

#include "core/adoption.h"

namespace pgscale {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string in_brackets(const std::vector<std::string>& columns) {
  return "(" + listed(columns) + ")";
}

class Preflight {
 public:
  Preflight(const Adoptee& table, const AdoptionNames& names) : table_(table), names_(names) {}

  Findings run() {
    look_at_table();
    look_at_key();
    look_at_primary_key();
    look_at_indexes();
    look_at_checks();
    look_at_foreign_keys();
    look_at_triggers();
    look_at_dependants();
    look_at_sequences();
    look_at_replication();
    look_at_rights();
    look_at_settings();
    look_at_statements();
    return std::move(found_);
  }

 private:
  void look_at_table() {
    const std::string name = readable(table_.name);
    auto block = [&](bool is_so, const std::string& finding, const std::string& treatment) {
      if (is_so) blocker("table", name, finding, treatment);
    };
    block(table_.is_temporary, "it is temporary", "only a permanent table can be a partition set");
    block(table_.is_unlogged, "it is unlogged",
          "ALTER TABLE ... SET LOGGED first: the partitions to come would be logged");
    block(table_.is_partition, "it is a partition already", "detach it first");
    block(table_.is_typed, "it is a typed table", "ALTER TABLE ... NOT OF first");
    block(table_.has_relatives, "it takes part in inheritance",
          "ALTER TABLE ... NO INHERIT first: PostgreSQL cannot make it a partition");
    block(table_.has_security_label, "it has a security label", "remove it, and set it afterwards");
    block(table_.access_method != "heap", "its access method is " + table_.access_method,
          "the partitions to come would be heaps");
    block(!table_.extension.empty(), "it belongs to extension " + table_.extension,
          "ALTER EXTENSION ... DROP TABLE first");
    block(table_.taken_names.count(names_.old.name.name()) > 0,
          "it would become " + readable(names_.old) + ", and that name is taken",
          "rename that relation or type, or give another name template with naming");
    for (const std::string& right : table_.missing_rights) {
      blocker("table", name, "its owner " + table_.owner + " lacks " + right, "grant it");
    }
    if (found_.empty()) {
      info("table", name, "becomes partition " + readable(names_.old) + " of a new parent",
           "the parent takes its name and is owned by " + table_.owner);
    }
  }

  void look_at_key() {
    if (table_.key_is_generated) {
      blocker("key", table_.key, "it is a generated column",
              "PostgreSQL cannot partition by it; choose another column");
    }
    if (!table_.rows) {
      info("key", table_.key,
           "its owner cannot see all rows, for row security or want of privileges",
           "rows that do not fit show only when the guard is validated");
    } else if (table_.rows->without_key > 0) {
      blocker("key", table_.key, std::to_string(table_.rows->without_key) + " rows have none",
              "give them a value or delete them: a partitioned table has no place for NULL");
      return;
    }
    if (table_.key_is_nullable) {
      change("key", table_.key, table_.key_type + ", NULL is allowed",
             "becomes the partition key; from the guard on NULL is refused");
    } else {
      ok("key", table_.key, table_.key_type + ", NOT NULL", "becomes the partition key");
    }
  }

  void look_at_primary_key() {
    const auto found = std::find_if(table_.indexes.begin(), table_.indexes.end(),
                                    [](const AdopteeIndex& index) { return index.is_primary; });
    if (found == table_.indexes.end()) {
      info("primary key", readable(table_.name), "there is none",
           "the partitions to come have none either");
      return;
    }
    if (found->is_exclusion) return;  // said with the other exclusion constraints
    const std::string columns = in_brackets(found->columns);
    if (found->holds_key) {
      ok("primary key", found->name, columns + " includes " + table_.key, "stays as it is");
      return;
    }
    if (found->is_deferrable) {
      blocker("primary key", found->name, "it is deferrable and lacks " + table_.key,
              "an index that is built beside it cannot take its place; make it not deferrable");
      return;
    }
    std::vector<std::string> longer = found->columns;
    longer.push_back(table_.key);
    const AdopteeIndex* ready = extended_key(table_);
    const std::string built = ready != nullptr ? ", for which index " + ready->name + " is used"
                                               : ", whose index is built CONCURRENTLY";
    change("primary key", found->name, columns + " lacks " + table_.key,
           "replaced by " + in_brackets(longer) + built + "; that " + columns +
               " alone is unique is no longer enforced, nor on the old rows, because no index can "
               "over partitions; ON CONFLICT " +
               columns + " becomes an error");
  }

  void look_at_indexes() {
    std::size_t sound = 0;
    for (const AdopteeIndex& index : table_.indexes) {
      if (index.is_primary && !index.is_exclusion && !index.holds_key) continue;
      if (look_at_index(index)) sound++;
    }
    if (sound == 0) return;
    info("index", std::to_string(sound), "the parent gets the same",
         "attached in the cut-over, in which the parent's take over the names");
  }

  bool look_at_index(const AdopteeIndex& index) {
    if (index.is_exclusion) {
      blocker("exclusion constraint", index.name, "not all servers have it on partitioned tables",
              "drop it");
      return false;
    }
    if (!index.is_valid) {
      if (index.name == names_.key_index.name()) return false;  // ours, of a broken attempt
      blocker("index", index.name, "it is invalid", "REINDEX INDEX CONCURRENTLY it, or drop it");
      return false;
    }
    if (index.is_unique && !index.holds_key) {
      blocker(index.is_constraint ? "unique constraint" : "unique index", index.name,
              (index.is_plain ? in_brackets(index.columns) : "it") + " lacks " + table_.key,
              "no index over partitions can enforce it: drop it, or make it include " + table_.key);
      return false;
    }
    if (index.is_constraint && index.has_twin) {
      blocker("index", index.name, "another unique index is defined alike",
              "drop one: they might be matched crosswise with those of the parent");
      return false;
    }
    return true;
  }

  void look_at_checks() {
    for (const AdopteeCheck& check : table_.checks) look_at_check("check constraint", check);
    for (const AdopteeCheck& check : table_.not_nulls) look_at_check("not-null constraint", check);
  }

  void look_at_check(const char* subject, const AdopteeCheck& check) {
    if (!check.is_inheritable) {
      blocker(subject, check.name, "it is NO INHERIT",
              "a partitioned table cannot have it; drop it or add it without NO INHERIT");
    } else if (!check.is_validated) {
      blocker(subject, check.name, "it is not validated",
              "ALTER TABLE ... VALIDATE CONSTRAINT first, or drop it");
    }
  }

  void look_at_foreign_keys() {
    for (const AdopteeReference& reference : table_.references) {
      const std::string target = readable(reference.target_name);
      if (!reference.is_validated) {
        blocker("foreign key", reference.name, "to " + target + ", not validated",
                "ALTER TABLE ... VALIDATE CONSTRAINT first, or the cut-over would scan the table");
      } else {
        change("foreign key", reference.name, "to " + target,
               "becomes one of the parent; the cut-over needs ACCESS EXCLUSIVE on " + target +
                   ", too, for milliseconds");
      }
    }
    for (const AdopteeReferrer& referrer : table_.referrers) {
      const std::string from = "points to the table from " + readable(referrer.from);
      if (referrer.holds_key) {
        blocker("referenced by", referrer.name, from,
                "drop it, and create it again afterwards: the parent can be referenced by these "
                "columns");
      } else {
        blocker("referenced by", referrer.name, from + " by columns without " + table_.key,
                "drop it: over partitions only columns that include " + table_.key +
                    " can be unique, and so be referenced");
      }
    }
    if (table_.referrers.empty()) {
      ok("referenced by", readable(table_.name), "no foreign key points to the table", "nothing");
    }
  }

  void look_at_triggers() {
    for (const AdopteeTrigger& trigger : table_.triggers) {
      if (trigger.is_for_rows && trigger.has_transition_tables) {
        blocker("trigger", trigger.name, "FOR EACH ROW with transition tables",
                "a partition cannot have it; make it FOR EACH STATEMENT or drop it");
      } else if (!trigger.is_callable) {
        blocker("trigger", trigger.name, table_.owner + " may not execute its function",
                "grant EXECUTE on it, so that the trigger can be created on the parent");
      } else if (trigger.is_for_rows && trigger.is_before && trigger.sets_key) {
        blocker("trigger", trigger.name,
                "its function sets " + table_.key + " before the row is stored",
                "the partition is chosen before the trigger runs; use a DEFAULT instead");
      } else if (trigger.is_for_rows && trigger.is_before && trigger.is_opaque) {
        change("trigger", trigger.name, "BEFORE ... FOR EACH ROW, in a language not looked into",
               "moves to the parent; it must not set " + table_.key);
      } else {
        change("trigger", trigger.name, trigger.is_for_rows ? "FOR EACH ROW" : "FOR EACH STATEMENT",
               "moves to the parent");
      }
    }
  }

  void look_at_dependants() {
    for (const Dependant& dependant : table_.dependants) look_at_dependant(dependant);
    if (table_.dependants.empty()) {
      ok("dependants", readable(table_.name), "no view, rule or function depends on the table",
         "nothing");
    }
  }

  void look_at_dependant(const Dependant& dependant) {
    constexpr char kMeansOldTable[] = "it would go on to mean the old table alone";
    const std::string subject = subject_of(dependant.kind);
    const std::string& object = dependant.description;
    if (dependant.reason == Dependant::Reason::kRowType) {
      blocker(subject, object, "it uses the row type of the table",
              "drop it, and create it again afterwards: the type goes with the old table");
    } else if (dependant.reason == Dependant::Reason::kConstraint &&
               key_to_extend(table_) != nullptr) {
      blocker(subject, object, "it depends on the primary key, which is replaced",
              "drop it, or let it name all columns in GROUP BY");
    } else if (dependant.kind != Dependant::Kind::kView &&
               dependant.kind != Dependant::Kind::kFunction) {
      blocker(subject, object, kMeansOldTable, "drop it, and create it again afterwards");
    } else if (dependant.says_only) {
      blocker(subject, object, "it says ONLY, and the parent alone has no rows",
              "drop it or write it without ONLY");
    } else if (!dependant.is_ours) {
      blocker(subject, object,
              kMeansOldTable + std::string(", and ") + table_.owner + " may not replace it",
              "drop it and create it again afterwards, or let " + table_.owner + " own it");
    } else {
      change(subject, object, "it means the table by its OID, not by its name",
             "replaced by itself in the cut-over, so that it means the whole set");
    }
  }

  static std::string subject_of(Dependant::Kind kind) {
    switch (kind) {
      case Dependant::Kind::kView: return "view";
      case Dependant::Kind::kMaterializedView: return "materialized view";
      case Dependant::Kind::kRule: return "rule";
      case Dependant::Kind::kFunction: return "function";
      case Dependant::Kind::kPolicy: return "policy";
      case Dependant::Kind::kOther: break;
    }
    return "dependant";
  }

  void look_at_sequences() {
    for (const AdopteeSequence& sequence : table_.sequences) {
      const std::string name = readable(sequence.name);
      const std::string column = sequence.column;
      if (sequence.is_identity && sequence.is_used_elsewhere) {
        blocker("identity", column, "something else uses its sequence " + name,
                "end that use: the parent gets a sequence of its own");
      } else if (sequence.is_identity) {
        change("identity", column, "sequence " + name,
               "the parent gets an identity of its own, which goes on at the same value under the "
               "same name; in sessions that are open currval() knows it from their next insert on");
      } else if (!sequence.is_at_home) {
        blocker("sequence", name, "it has another owner or schema than the table",
                "give it those of the table, or ALTER SEQUENCE ... OWNED BY NONE");
      } else {
        change("sequence", name, "it belongs to " + column,
               "belongs to the parent afterwards and goes on at the same value");
      }
    }
  }

  void look_at_replication() {
    if (table_.is_subscribed) {
      blocker("subscription", readable(table_.name), "it receives the changes of a subscription",
              "the changes would be passed over in silence; take it out of the subscription first");
    }
    for (const AdopteePublication& publication : table_.publications) {
      look_at_publication(publication);
    }
    if (table_.replica_identity != ReplicaIdentity::kDefault) {
      info("replica identity", readable(table_.name), "it is not the default",
           "the parent and the partitions to come get the same");
    }
  }

  void look_at_publication(const AdopteePublication& publication) {
    const std::string& name = publication.name;
    if (!publication.is_via_root && table_.is_logically_decoded) {
      blocker("publication", name,
              "it lacks publish_via_partition_root, and a replication slot is in use",
              "subscribers would get the changes under the names of partitions that they do not "
              "have; ALTER PUBLICATION ... SET (publish_via_partition_root = true) first");
    } else if (!publication.is_via_root && (publication.columns || !publication.filter.empty())) {
      blocker("publication", name, "it has columns or a filter, but no publish_via_partition_root",
              "PostgreSQL does not allow that for a partitioned table");
    } else if (publication.names_table && !publication.is_ours_to_add) {
      blocker("publication", name, "its owner does not own the table, so cannot add the parent",
              "give it to an owner who does");
    } else if (!publication.names_table) {
      ok("publication", name, "it includes every table", "includes the parent by itself");
    } else {
      change("publication", name,
             publication.is_via_root
                 ? "publish_via_partition_root is on"
                 : "publish_via_partition_root is off: changes bear the names of partitions",
             "the parent is added, the old table leaves it");
    }
  }

  void look_at_rights() {
    if (!table_.grants.empty()) {
      info("grants", std::to_string(table_.grants.size()), "privileges of others",
           "granted on the parent and the partitions to come as well");
    }
    for (const AdopteePolicy& policy : table_.policies) {
      change("policy", policy.name, "row security",
             "made on the parent, too, whose policies count for statements on it");
    }
    if (table_.row_security && table_.policies.empty()) {
      info("policy", readable(table_.name), "row security without a policy",
           "enabled on the parent as well");
    }
  }

  void look_at_settings() {
    for (const auto& [name, value] : table_.storage_parameters) {
      info("storage parameter", name + "=" + value, "a partitioned table cannot have it",
           "stays with the old table; the policy of the set has it for the partitions to come");
    }
    for (const std::string& setting : table_.settings) {
      change("setting", setting, "it is the table's alone",
             "stays with the old table; the partitions to come do not have it");
    }
    if (!table_.statistics_targets.empty()) {
      info("statistics", std::to_string(table_.statistics_targets.size()),
           "columns with a target of their own",
           "the parent and the partitions to come get the same");
    }
    if (!table_.tablespace.empty()) {
      info("tablespace", table_.tablespace, "not the default", "the parent gets the same");
    }
    if (table_.comment)
      info("comment", readable(table_.name), "it has one", "the parent gets the same");
  }

  void look_at_statements() {
    info("statements", readable(table_.name),
         "COPY ... TO, CREATE INDEX CONCURRENTLY and CLUSTER do not take a partitioned table",
         "use COPY (SELECT ...) TO; build an index on each partition and attach them");
  }

  void ok(const std::string& subject, const std::string& object, const std::string& finding,
          const std::string& treatment) {
    found_.push_back({subject, object, Verdict::kOk, finding, treatment});
  }
  void info(const std::string& subject, const std::string& object, const std::string& finding,
            const std::string& treatment) {
    found_.push_back({subject, object, Verdict::kInfo, finding, treatment});
  }
  void change(const std::string& subject, const std::string& object, const std::string& finding,
              const std::string& treatment) {
    found_.push_back({subject, object, Verdict::kChange, finding, treatment});
  }
  void blocker(const std::string& subject, const std::string& object, const std::string& finding,
               const std::string& treatment) {
    found_.push_back({subject, object, Verdict::kBlocker, finding, treatment});
  }

  const Adoptee& table_;
  const AdoptionNames& names_;
  Findings found_;
};

}  // namespace

Findings findings(const Adoptee& table, const AdoptionNames& names) {
  return Preflight(table, names).run();
}

}  // namespace pgscale
