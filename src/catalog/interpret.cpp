#include "catalog/encodings.h"
#include "catalog/policies.h"
#include "catalog/storage_parameters.h"
#include "catalog/zones.h"
#include "core/failure.h"
#include "core/interval_words.h"
#include "core/naming.h"
#include "pg/attempt.h"
#include "pg/query.h"
#include "pg/session.h"
#include "shim/catalog.h"
#include "shim/partitions.h"
#include "shim/times.h"

namespace pgscale::catalog {
namespace {

using pg::Rows;

// Runs an input function whose own message would not say which setting was wrong.
template <typename Read>
void read_setting(const char* setting, const std::string& text, const std::string& misfit,
                  Read&& read) {
  if (const auto outcome = pg::attempt(read)) {
    throw Failure(Problem::kInvalidParameter, std::string(setting) + " \"" + text + "\" " + misfit,
                  outcome->message);
  }
}

std::string misfit_of_key(const ParentFacts& facts) {
  return "does not fit the key type " + facts.key.front().type_name;
}

// A number in the key's own unit; the input function of the key's type finds what does not fit it.
Point read_number(const char* setting, const std::string& text, const ParentFacts& facts) {
  const bool is_numeric = facts.kind == KeyKind::kNumeric;
  const Oid type = facts.key.front().type;
  const std::string misfit = misfit_of_key(facts);
  PgsEnd end{};
  std::optional<Point> point;
  read_setting(setting, text, misfit, [&] {
    pg::call(pgs_key_input, type, -1, text.c_str(), "UTC", &end);
    point = is_numeric ? parse_decimal(end.text, kNumericScale) : Point{end.number};
  });
  if (end.kind != PGS_END_VALUE || !point) {
    throw Failure(
        Problem::kInvalidParameter, std::string(setting) + " \"" + text + "\" " + misfit,
        "It must be a finite number of at most 27 digits before and 10 behind the point.");
  }
  return *point;
}

Interval read_interval(const char* setting, const std::string& text, const std::string& misfit) {
  Interval interval;
  // PostgreSQL would take it for seconds, which is hardly what is meant.
  const std::size_t sign = text.find_first_of("+-") == 0 ? 1 : 0;
  if (text.size() > sign && text.find_first_not_of(" .0123456789", sign) == std::string::npos) {
    throw Failure(Problem::kInvalidParameter, std::string(setting) + " \"" + text + "\" " + misfit,
                  "It has no unit.", "For example '1 month', '1 week' or '30 minutes'.");
  }
  const std::string words = without_quarters(text);
  read_setting(setting, text, misfit, [&] {
    pg::call(pgs_interval_input, words.c_str(), &interval.months, &interval.days, &interval.micros);
  });
  return interval;
}

Stride read_stride(const char* setting, const std::string& text, const Axis& axis,
                   const ParentFacts& facts) {
  if (!is_time(axis.kind())) return read_number(setting, text, facts);
  return read_interval(setting, text, axis.encoding() ? "is no interval" : misfit_of_key(facts));
}

Point read_point(const char* setting, const std::string& text, const Axis& axis,
                 const PolicyRow& row, const ParentFacts& facts) {
  if (!is_time(axis.kind())) return read_number(setting, text, facts);
  PgsEnd end{};
  const Oid type = axis.encoding() ? Oid{PGS_TYPE_TIMESTAMPTZ} : facts.key.front().type;
  const std::string misfit = axis.encoding() ? "is no time" : misfit_of_key(facts);
  read_setting(setting, text, misfit, [&] {
    pg::call(pgs_key_input, type, -1, text.c_str(), row.timezone.c_str(), &end);
  });
  if (end.kind != PGS_END_VALUE) {
    throw Failure(Problem::kInvalidParameter, std::string(setting) + " must be finite");
  }
  return end.number;
}

void check_lists_shape(const Rows& rows) {
  for (const auto& row : rows) {
    if (*row[1] != "array") {
      throw Failure(Problem::kInvalidParameter,
                    "list group \"" + *row[0] + "\" must be an array of values", {},
                    "For example lists => '{\"eu\": [\"DE\", \"FR\"]}'.");
    }
    if (row[2] && (*row[2] == "array" || *row[2] == "object")) {
      throw Failure(Problem::kInvalidParameter,
                    "list group \"" + *row[0] + "\" may contain only single values");
    }
  }
}

std::optional<std::string> canonical_value(const std::optional<std::string>& value,
                                           const std::string& group, const PolicyRow& row,
                                           const ParentFacts& facts) {
  if (!value) return std::nullopt;
  const KeyColumn& key = facts.key.front();
  std::string canonical;
  const auto outcome = pg::attempt([&] {
    // The checks of a domain, on its own or inside of another type, are code of their owner.
    const auto acting = pg::Acting::as_owner(facts.owner);
    canonical =
        pg::call(pgs_canonical_value, key.type, key.typmod, value->c_str(), row.timezone.c_str());
  });
  if (outcome) {
    throw Failure(Problem::kInvalidParameter,
                  "value \"" + *value + "\" of list group \"" + group +
                      "\" does not fit the key type " + key.type_name,
                  outcome->message);
  }
  return canonical;
}

std::vector<ListGroup> read_lists(const std::string& lists, const PolicyRow& policy,
                                  const ParentFacts& facts) {
  if (*pg::query(Sql("SELECT jsonb_typeof($1::jsonb)"), {lists}).front()[0] != "object") {
    throw Failure(Problem::kInvalidParameter, "lists must be a JSON object", {},
                  "For example lists => '{\"eu\": [\"DE\", \"FR\"]}'.");
  }
  const Rows rows =
      pg::query(Sql("SELECT g.key, jsonb_typeof(g.value), jsonb_typeof(e.value), e.value #>> '{}'"
                    "  FROM jsonb_each($1::jsonb) WITH ORDINALITY AS g (key, value, ord)"
                    "  LEFT JOIN LATERAL jsonb_array_elements("
                    "       CASE jsonb_typeof(g.value) WHEN 'array' THEN g.value ELSE '[]' END)"
                    "       WITH ORDINALITY AS e (value, ord) ON true"
                    " ORDER BY g.ord, e.ord"),
                {lists});
  check_lists_shape(rows);
  std::vector<ListGroup> groups;
  for (const auto& row : rows) {
    if (groups.empty() || groups.back().name != *row[0]) groups.push_back({*row[0], {}});
    if (row[2]) groups.back().values.push_back(canonical_value(row[3], *row[0], policy, facts));
  }
  return groups;
}

}  // namespace

Point read_position(const char* setting, const std::string& text, const PolicyRow& row,
                    const ParentFacts& facts) {
  return read_point(setting, text, axis_of(row, facts).value(), row, facts);
}

Policy interpret(const PolicyRow& row, const ParentFacts& facts) {
  const Method method = facts.parent.method;
  if (row.interval) check_applies("interval", Method::kRange, method);
  if (row.retention) check_applies("retention", Method::kRange, method);
  if (row.retention_count) check_applies("retention_count", Method::kRange, method);
  if (row.retention_bytes) check_applies("retention_bytes", Method::kRange, method);
  if (row.origin) check_applies("start_at", Method::kRange, method);
  if (row.ahead) check_applies("ahead", Method::kRange, method);
  if (row.encoding || row.encoder || row.decoder || row.encoding_options) {
    check_applies("encoding", Method::kRange, method);
  }
  if (row.lists) check_applies("lists", Method::kList, method);
  if (row.auto_list) check_applies("auto_list", Method::kList, method);
  if (row.partitions) check_applies("partitions", Method::kHash, method);

  Policy policy;
  interpret_retirement(row, policy);
  policy.premake = row.premake;
  policy.default_partition = row.default_partition;
  policy.partitions = row.partitions;
  policy.naming = row.naming.value_or("");
  policy.drain = row.drain;
  policy.auto_list = row.auto_list;
  policy.auto_list_rows = row.auto_list_rows;
  policy.paused = row.paused;
  if (row.storage_parameters) policy.storage_parameters = read_options(*row.storage_parameters);
  policy.index_template.table = row.index_template;
  if (row.naming) check_naming(*row.naming);  // '' is no template, unlike the empty field
  (void)server_zone(row.timezone);
  const auto axis = axis_of(row, facts);
  if (row.interval) policy.interval = read_stride("interval", *row.interval, *axis, facts);
  if (row.retention) policy.retention = read_stride("retention", *row.retention, *axis, facts);
  if (row.origin) policy.origin = read_point("start_at", *row.origin, *axis, row, facts);
  if (row.ahead) policy.ahead = read_interval("ahead", *row.ahead, "is no interval");
  if (row.lists) policy.lists = read_lists(*row.lists, row, facts);
  validate(policy, method, axis ? std::optional(axis->kind()) : std::nullopt);
  return policy;
}

std::optional<Axis> axis_of(const PolicyRow& row, const ParentFacts& facts) {
  if (facts.parent.method != Method::kRange) return std::nullopt;
  const Zone zone = server_zone(row.timezone);
  if (auto encoding = encoding_of(row, facts)) {
    return Axis(std::move(*encoding), zone, facts.key.size());
  }
  return Axis(*facts.kind, zone, facts.key.size());
}

PolicyRow canonical(PolicyRow row, const Policy& policy, const ParentFacts& facts) {
  make_retirement_canonical(row, policy);
  if (row.storage_parameters) {
    row.storage_parameters = canonical_parameters(*row.storage_parameters);
  }
  const auto axis = axis_of(row, facts);
  if (!axis) return row;
  auto stride_text = [&](std::optional<std::string>& text, const std::optional<Stride>& stride) {
    if (!stride) return;
    if (const auto* width = std::get_if<Point>(&*stride)) {
      text = decimal_text(*width, facts.kind == KeyKind::kNumeric ? kNumericScale : 0);
    } else {
      text = pg::call(pgs_interval_text, without_quarters(*text).c_str());
    }
  };
  stride_text(row.interval, policy.interval);
  stride_text(row.retention, policy.retention);
  if (policy.ahead) row.ahead = pg::call(pgs_interval_text, without_quarters(*row.ahead).c_str());
  if (policy.origin) row.origin = axis->text(*policy.origin);
  return row;
}

}  // namespace pgscale::catalog
