#include "catalog/bloat.h"

#include <vector>

#include "core/failure.h"
#include "pg/query.h"
#include "shim/storage.h"

namespace pgscale::catalog {
namespace {

// The relation's pages, under a lock that was free. After an error the abort closes them.
class Storage {
 public:
  explicit Storage(Oid relation) { pg::call(pgs_storage_open, relation, &storage_); }
  ~Storage() {
    if (!unwinding_ && has_pages()) pg::call(pgs_storage_close, &storage_);
  }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  [[nodiscard]] const PgsStorage* operator->() const { return &storage_; }
  [[nodiscard]] const PgsStorage* get() const { return &storage_; }
  [[nodiscard]] bool has_pages() const {
    return measurable() || storage_.kind == PGS_STORAGE_OTHER;
  }
  [[nodiscard]] bool measurable() const {
    return storage_.kind == PGS_STORAGE_HEAP || storage_.kind == PGS_STORAGE_BTREE;
  }
  [[nodiscard]] std::int64_t bytes() const {
    return static_cast<std::int64_t>(storage_.pages) * storage_.page_size;
  }

 private:
  PgsStorage storage_{};
  pg::Unwinding unwinding_;
};

std::string why_unknown(const Storage& storage) {
  switch (storage->kind) {
    case PGS_STORAGE_MISSING: return "relation does not exist";
    case PGS_STORAGE_LOCKED: return "relation is locked by another session";
    case PGS_STORAGE_TEMPORARY: return "temporary relation of another session";
    case PGS_STORAGE_OTHER:
      return "access method \"" + std::string(storage->access_method) + "\" is not supported";
    case PGS_STORAGE_NONE: break;
    default: return {};
  }
  switch (storage->relkind) {
    case 'f': return "foreign table, stored elsewhere";
    case 'p': return "partitioned table, stored in its partitions";
    case 'I': return "partitioned index, stored in those of the partitions";
    default: break;
  }
  return "neither table nor index";
}

// What is known of a relation whose pages cannot be judged.
MeasuredBloat unknown(const Storage& storage) {
  if (storage->kind == PGS_STORAGE_NOT_ALLOWED) {
    throw Failure(Problem::kInsufficientPrivilege,
                  "permission denied to measure relation \"" + std::string(storage->name) + "\"",
                  "Its owner may, and members of pg_read_all_stats.");
  }
  MeasuredBloat measured;
  if (storage.has_pages()) measured.bytes = storage.bytes();
  measured.note = why_unknown(storage);
  return measured;
}

PageWaste waste_of(const PgsPage& page, double page_size, double reserve) {
  PageWaste waste;
  waste.expected = map_bytes(page.map_category, page_size);
  if (page.use == PGS_PAGE_UNUSED) waste.dead = page_size;
  if (page.use == PGS_PAGE_DATA) {
    waste.free = page.free_bytes;
    waste.dead = page.dead_bytes;
    waste.reserve = reserve;
  }
  return waste;
}

}  // namespace

MeasuredBloat measure_bloat(Oid relation) {
  const Storage storage(relation);
  if (!storage.measurable()) return unknown(storage);
  const bool is_heap = storage->kind == PGS_STORAGE_HEAP;
  const double page_size = storage->page_size;
  const std::uint32_t first = is_heap ? 0 : 1;  // a btree begins with its metapage

  const std::vector<std::uint32_t> blocks = choose_pages(first, storage->pages, storage->pages);
  const auto count = static_cast<std::uint32_t>(blocks.size());
  const std::int64_t population = storage->pages > first ? storage->pages - first : 0;
  std::vector<PgsPage> pages(blocks.size());
  std::optional<double> expected_mean;
  pg::call(is_heap ? pgs_read_heap_pages : pgs_read_btree_pages, storage.get(), blocks.data(),
           count, pages.data());
  if (is_heap && count < population) {
    MapCounts counts{};
    if (pg::call(pgs_read_space_map, storage.get(), counts.data(), blocks.data(), count,
                 pages.data())) {
      expected_mean = map_mean(counts, page_size);
    }
  }

  std::vector<PageWaste> sample;
  sample.reserve(pages.size());
  const double reserve = reserve_bytes(storage->fillfactor, page_size);
  for (const PgsPage& page : pages) sample.push_back(waste_of(page, page_size, reserve));
  return {storage.bytes(), estimate(sample, population, page_size, expected_mean), {}};
}

MeasuredBloat measure_bloat_exactly(Oid relation) {
  const Storage storage(relation);
  if (!storage.measurable()) return unknown(storage);
  const pg::Rows extension = pg::query(
      Sql("SELECT n.nspname FROM pg_catalog.pg_extension e"
          "  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
          " WHERE e.extname OPERATOR(pg_catalog.=) 'pgstattuple'"));
  if (extension.empty()) {
    throw Failure(Problem::kNotInPrerequisiteState,
                  "exact bloat needs extension \"pgstattuple\", which is not installed", {},
                  "Use CREATE EXTENSION pgstattuple, or leave out \"exact\".");
  }
  const Identifier schema(*extension.front()[0]);
  const double page_size = storage->page_size;
  const double reserve = reserve_bytes(storage->fillfactor, page_size);

  Sql tuples("SELECT table_len, free_space, dead_tuple_len FROM ");
  tuples << schema << ".pgstattuple($1::pg_catalog.oid::pg_catalog.regclass)";
  const std::vector<pg::Value> parameters{pg::from_oid(relation)};
  const pg::Rows sums = pg::query(tuples, parameters);
  const std::int64_t bytes = pg::to_int(sums.front()[0]);
  PageWaste total;
  total.free = static_cast<double>(pg::to_int(sums.front()[1]));
  total.dead = static_cast<double>(pg::to_int(sums.front()[2]));
  total.reserve = static_cast<double>(bytes) / page_size * reserve;

  if (storage->kind == PGS_STORAGE_BTREE) {
    Sql index("SELECT leaf_pages, empty_pages OPERATOR(pg_catalog.+) deleted_pages FROM ");
    index << schema << ".pgstatindex($1::pg_catalog.oid::pg_catalog.regclass)";
    const pg::Rows by_use = pg::query(index, parameters);
    const double unused = page_size * static_cast<double>(pg::to_int(by_use.front()[1]));
    total.reserve = reserve * static_cast<double>(pg::to_int(by_use.front()[0]));
    total.free -= unused;
    total.dead += unused;
  }
  return {bytes, exact(total), {}};
}

}  // namespace pgscale::catalog
