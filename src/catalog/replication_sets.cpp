#include "catalog/replication_sets.h"

#include <map>

#include "pg/query.h"
#include "pg/session.h"

namespace pgscale::catalog {

using pg::Rows;
using pg::to_oid;

void load_publications(Inventory& inventory) {
  const auto acting = pg::Acting::as_extension();
  const Rows rows = pg::query_often(
      Sql("SELECT r.prrelid, p.pubname, p.pubowner"
          "  FROM (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = $1::oid"
          "        UNION SELECT partition FROM pgscale.retirement"
          "               WHERE parent = $1::oid AND published) AS t (oid)"
          "  JOIN pg_catalog.pg_publication_rel r ON r.prrelid = t.oid"
          "  JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid"
          " ORDER BY p.pubname"),
      {pg::from_oid(inventory.parent.oid)});
  if (rows.empty()) return;
  std::map<Oid, std::vector<Publication>> found;
  for (const auto& row : rows) found[to_oid(row[0])].push_back({*row[1], to_oid(row[2])});
  for (Partition& partition : inventory.partitions) {
    partition.publications = found[partition.oid];
  }
  for (RetiredTable& table : inventory.retired) {
    if (!table.attached) table.publications = found[table.oid];
  }
}

void load_subscriptions(Inventory& inventory) {
  const auto acting = pg::Acting::as_extension();
  for (const auto& row : pg::query_often(
           Sql("WITH RECURSIVE tree (oid) AS ("
               "    SELECT $1::oid"
               "    UNION ALL"
               "    SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i"
               "           ON i.inhparent = t.oid WHERE NOT i.inhdetachpending)"
               "SELECT s.oid, s.subname, s.subowner, count(*) FILTER (WHERE r.srrelid IS NULL)"
               "  FROM pg_catalog.pg_subscription s"
               "  JOIN pg_catalog.pg_database d"
               "       ON d.oid = s.subdbid AND d.datname = current_database()"
               " CROSS JOIN tree t"
               "  JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'r'"
               "  LEFT JOIN pg_catalog.pg_subscription_rel r"
               "       ON r.srsubid = s.oid AND r.srrelid = t.oid"
               " WHERE s.subenabled"
               " GROUP BY s.oid, s.subname, s.subowner"
               " HAVING count(r.srrelid) > 0 ORDER BY s.subname"),
           {pg::from_oid(inventory.parent.oid)})) {
    inventory.subscriptions.push_back(
        {to_oid(row[0]), *row[1], to_oid(row[2]), static_cast<int>(pg::to_int(row[3]))});
  }
}

}  // namespace pgscale::catalog
