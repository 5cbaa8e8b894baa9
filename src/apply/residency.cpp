#include "apply/residency.h"

#include <algorithm>

#include "catalog/shard_moves.h"
#include "core/sql.h"
#include "remote/team.h"

namespace pgscale::apply {
namespace {

constexpr std::chrono::minutes kPatience{5};

// With the condition that each row of the partition must meet, as the server writes it.
constexpr char kResidents[] =
    "SELECT p.relation::oid, n.nspname, p.leaf, p.region, p.shard, s.region, f.srvname,"
    "       s.host, pg_catalog.pg_get_partition_constraintdef(c.oid), t.relowner, t.relname"
    "  FROM pgscale.placement p"
    "  JOIN pgscale.sharded_table g ON g.relation = p.relation AND g.kind = 'geo'"
    "  JOIN pgscale.shard s ON s.name = p.shard"
    "  JOIN pg_catalog.pg_class t ON t.oid = p.relation"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"
    "  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.leaf"
    "                                 AND c.relkind = 'f'"
    "  LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid"
    "  LEFT JOIN pg_catalog.pg_foreign_server f ON f.oid = ft.ftserver"
    " WHERE CASE WHEN $1::oid IS NULL THEN pg_catalog.pg_has_role(t.relowner, 'USAGE')"
    "            ELSE p.relation = $1::oid END"
    " ORDER BY 1, 3";

void count(Resident& resident, const Sql& question, Oid owner) {
  const auto trouble = pg::attempt([&] {
    remote::Team team({resident.shard}, owner, remote::in(kPatience));
    const auto row = team.ask(question).at(resident.shard).rows.front();
    resident.rows = pg::to_int(row[0]);
    resident.strays = pg::to_int(row[1]);
  });
  if (trouble) resident.error = trouble->message;
}

Sql question_for(const QualifiedName& leaf, const std::string& condition) {
  Sql sql("SELECT count(*), count(*) FILTER (WHERE NOT (");
  sql << Definition{condition} << ")) FROM " << leaf;
  return sql;
}

// Rows that the shard has in partitions which nobody placed there are strays all.
Sql question_for_others(const QualifiedName& table, const std::vector<std::string>& leaves) {
  Sql sql("SELECT count(*), count(*) FROM ");
  sql << table << " WHERE tableoid <> ALL (pg_catalog.array_remove(ARRAY[";
  for (std::size_t i = 0; i < leaves.size(); i++) {
    const QualifiedName leaf{table.schema, Identifier(leaves[i])};
    Sql name("");
    name << leaf;
    if (i > 0) sql << ", ";
    sql << "pg_catalog.to_regclass(" << Literal{name.text()} << ")::pg_catalog.oid";
  }
  sql << "], NULL))";
  return sql;
}

}  // namespace

std::vector<ResidencyRow> look_at_residents(std::optional<Oid> relation) {
  std::vector<ResidencyRow> report;
  struct Others {
    ResidencyRow row;
    QualifiedName table;
    Oid owner;
    std::vector<std::string> leaves;
  };
  std::vector<Others> others;
  for (const auto& row :
       pg::query(Sql(kResidents), {relation ? pg::from_oid(*relation) : std::nullopt})) {
    ResidencyRow found{pg::to_oid(row[0]), row[2], {}, *row[7]};
    found.resident.region = row[3].value_or("");
    found.resident.shard = *row[4];
    found.resident.shard_region = row[5];
    found.resident.server = row[6];
    const QualifiedName leaf{Identifier(*row[1]), Identifier(*row[2])};
    const Oid owner = pg::to_oid(row[9]);
    if (row[8]) count(found.resident, question_for(leaf, *row[8]), owner);
    report.push_back(found);
    const auto same = std::find_if(others.begin(), others.end(), [&](const Others& other) {
      return other.row.relation == found.relation &&
             other.row.resident.shard == found.resident.shard;
    });
    if (same != others.end()) {
      same->leaves.push_back(*row[2]);
      continue;
    }
    others.push_back({found, {leaf.schema, Identifier(*row[10])}, owner, {*row[2]}});
    // For a moment a partition that is moved is in two places, both of its region.
    for (const std::string& moving :
         catalog::leaves_on_their_way(found.relation, found.resident.shard)) {
      others.back().leaves.push_back(moving);
    }
    ResidencyRow& rest = others.back().row;
    rest.partition.reset();
    rest.resident.rows.reset();
    rest.resident.strays = 0;
  }
  for (Others& other : others) {
    count(other.row.resident, question_for_others(other.table, other.leaves), other.owner);
    if (other.row.resident.strays > 0) report.push_back(other.row);
  }
  return report;
}

}  // namespace pgscale::apply
