#include <tuple>

#include "catalog/drift_facts.h"
#include "catalog/parents.h"
#include "catalog/storage_parameters.h"
#include "pg/query.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;
using pg::to_bool;
using pg::to_oid;

// How many partitions have which access list: mostly all the same one.
struct AccessList {
  std::string text;
  Oid owner;

  bool operator<(const AccessList& other) const {
    return std::tie(owner, text) < std::tie(other.owner, other.text);
  }
};

std::vector<GrantFact> to_grants(const Rows& rows) {
  std::vector<GrantFact> grants;
  for (const auto& row : rows) {
    if (const auto privilege = to_privilege(*row[1])) {
      grants.push_back({{*row[0], *privilege, *row[2], to_bool(row[3])}, to_bool(row[4])});
    }
  }
  return grants;
}

std::vector<GrantFact> explode(const AccessList& list) {
  if (list.text == "{}") return {};  // which aclexplode() does not take
  return to_grants(pg::query_often(
      Sql("SELECT coalesce(r.rolname, ''), g.privilege_type, '', g.is_grantable,"
          "       g.grantor = $2::oid"
          "  FROM aclexplode($1::aclitem[]) g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee"
          " WHERE g.grantee <> $2::oid AND (g.grantee = 0 OR r.oid IS NOT NULL)"),
      {list.text, pg::from_oid(list.owner)}));
}

TableFacts to_table(const std::vector<pg::Value>& row) {
  TableFacts table(to_oid(row[1]), {Identifier(*row[2]), Identifier(*row[3])});
  table.kind = *row[4] == "p" ? TableKind::kPartitioned : TableKind::kTable;
  table.owner = *row[5];
  table.unlogged = to_bool(row[6]);
  table.row_security = to_bool(row[7]);
  table.replica_identity = to_replica_identity(*row[8]);
  if (row[9]) table.replica_index = to_oid(row[9]);
  table.tablespace = *row[10];
  table.access_method = *row[11];
  table.has_toast_table = to_bool(row[15]);
  if (row[16]) table.index_template = to_oid(row[16]);
  return table;
}

// A table and all below it, each level after the one above it.
Sql whole_tree() {
  return Sql(
      "WITH RECURSIVE edge (level, parent, oid) AS ("
      "    SELECT 0, 0::oid, $1::oid"
      "    UNION ALL"
      "    SELECT e.level + 1, i.inhparent, i.inhrelid"
      "      FROM edge e JOIN pg_catalog.pg_inherits i ON i.inhparent = e.oid"
      "     WHERE NOT i.inhdetachpending"
      "       AND (e.level = 0"
      "            OR NOT EXISTS (SELECT FROM pgscale.policy p WHERE p.parent = e.oid)))");
}

// A partition and its parent.
Sql one_edge() {
  return Sql(
      "WITH link AS (SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits"
      "               WHERE inhrelid = $1::oid AND NOT inhdetachpending),"
      "     edge (level, parent, oid) AS (SELECT 0, 0::oid, inhparent FROM link"
      "                                   UNION ALL SELECT 1, inhparent, inhrelid FROM link)");
}

Rows query_tables(const Sql& edges, Oid table) {
  Sql sql("");
  return pg::query_often(
      sql << edges
          << "SELECT e.parent, c.oid, n.nspname, c.relname, c.relkind, r.rolname,"
             "       c.relpersistence = 'u', c.relrowsecurity, c.relreplident,"
             "       CASE WHEN c.relreplident = 'i'"
             "            THEN (SELECT x.indexrelid FROM pg_catalog.pg_index x"
             "                   WHERE x.indrelid = c.oid AND x.indisreplident) END,"
             "       coalesce(t.spcname, ''), coalesce(m.amname, ''), c.relacl, c.relowner,"
             "       CASE WHEN c.relkind = 'p' THEN p.storage_parameters"
             "            ELSE c.reloptions || ARRAY(SELECT 'toast.' || o.option"
             "                                         FROM unnest(w.reloptions) AS o (option)) "
             "END,"
             "       w.oid IS NOT NULL, k.oid"
             "  FROM edge e"
             "  JOIN pg_catalog.pg_class c ON c.oid = e.oid"
             "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
             "  JOIN pg_catalog.pg_roles r ON r.oid = c.relowner"
             "  LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace"
             "  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam"
             "  LEFT JOIN pg_catalog.pg_class w ON w.oid = c.reltoastrelid"
             "  LEFT JOIN pgscale.managed_set p ON p.parent = c.oid"
             // what the owner of another table wrote is not built in the name of this one's
             "  LEFT JOIN pg_catalog.pg_class k"
             "       ON k.oid = p.template AND k.relkind = 'r' AND k.relowner = c.relowner"
             " WHERE c.relkind IN ('r', 'p')"
             " ORDER BY e.level, c.oid",
      {pg::from_oid(table)});
}

}  // namespace

void DriftTree::add(Oid parent, const TableFacts& table) {
  if (table.kind == TableKind::kPartitioned) parents_.emplace(table.oid, table);
  const auto above = parents_.find(parent);
  if (above == parents_.end() || (only_ != 0 && only_ != table.oid)) return;
  places_[table.oid] = partitions_.size();
  partitions_.emplace_back(table).parent = &above->second;
}

Drift DriftTree::of_parent(const TableFacts& parent, Drift drift) const {
  if (parent.oid == root_) return drift;
  drift.partition_oid = parent.oid;
  drift.partition = parent.name;
  return drift;
}

std::string DriftTree::parent_list() const {
  std::vector<Oid> oids;
  for (const auto& [oid, table] : parents_) oids.push_back(oid);
  return pg::array_literal(oids);
}

std::string DriftTree::partition_list() const {
  std::vector<Oid> oids;
  for (const PartitionFacts& facts : partitions_) oids.push_back(facts.table.oid);
  return pg::array_literal(oids);
}

std::map<Oid, std::vector<Oid>> DriftTree::partitions_by_parent() const {
  std::map<Oid, std::vector<Oid>> result;
  for (const PartitionFacts& facts : partitions_) {
    result[facts.parent->oid].push_back(facts.table.oid);
  }
  return result;
}

DriftTree load_tree(Oid root, Oid partition) {
  DriftTree tree(root, partition);
  std::map<AccessList, std::vector<GrantFact>> known;
  std::map<std::string, Options> known_options;  // mostly all the same, too
  const Rows rows =
      partition == 0 ? query_tables(whole_tree(), root) : query_tables(one_edge(), partition);
  for (const auto& row : rows) {
    TableFacts table = to_table(row);
    const AccessList list{row[12].value_or("{}"), to_oid(row[13])};
    const auto [found, is_new] = known.try_emplace(list);
    if (is_new) found->second = explode(list);
    table.grants = found->second;
    if (row[14] && *row[14] != "{}") {
      const auto [options, are_new] = known_options.try_emplace(*row[14]);
      if (are_new) options->second = read_options(*row[14]);
      table.storage_parameters = options->second;
    }
    tree.add(to_oid(row[0]), table);
  }
  return tree;
}

}  // namespace pgscale::catalog
