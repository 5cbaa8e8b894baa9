#include "core/two_phase.h"

#include <algorithm>

namespace pgscale {
namespace {

constexpr char kPrefix[] = "pgscale:";

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string text(const PreparedName& name) {
  return kPrefix + name.cluster + ":" + name.transaction + ":" + std::to_string(name.shard_number);
}

std::optional<PreparedName> parse_prepared_name(const std::string& text) {
  const std::string prefix = kPrefix;
  if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  const auto second = text.find(':', prefix.size());
  if (second == std::string::npos) return std::nullopt;
  const auto third = text.find(':', second + 1);
  if (third == std::string::npos) return std::nullopt;
  PreparedName name;
  name.cluster = text.substr(prefix.size(), second - prefix.size());
  name.transaction = text.substr(second + 1, third - second - 1);
  const std::string number = text.substr(third + 1);
  if (!is_number(name.transaction) || !is_number(number) || number.size() > 4) return std::nullopt;
  name.shard_number = std::stoi(number);
  return name;
}

Sql prepare_statement(const PreparedName& name) {
  const std::string written = text(name);
  Sql sql("PREPARE TRANSACTION ");
  sql << Literal{written};
  return sql;
}

Sql finish_statement(const std::string& name, Fate fate) {
  Sql sql("");
  sql << Definition{fate == Fate::kCommitted ? "COMMIT" : "ROLLBACK"} << " PREPARED "
      << Literal{name};
  return sql;
}

std::optional<ShardItem> plan_in_doubt(const InDoubt& prepared) {
  switch (prepared.fate) {
    case Fate::kRunning: return std::nullopt;
    case Fate::kUnknown:
      return ShardRefusal{ShardAction::kFinishPrepared, prepared.shard, prepared.name,
                          "this cluster cannot say what became of the transaction",
                          "Find out whether its changes are here, then use COMMIT PREPARED or "
                          "ROLLBACK PREPARED on the shard."};
    case Fate::kCommitted:
    case Fate::kAborted: break;
  }
  return ShardStep{ShardAction::kFinishPrepared,
                   prepared.shard,
                   prepared.name,
                   prepared.fate == Fate::kCommitted ? "its transaction was committed here"
                                                     : "its transaction was not committed here",
                   {finish_statement(prepared.name, prepared.fate)},
                   prepared.local_role};
}

}  // namespace pgscale
