#include "core/options.h"

namespace pgscale {
namespace {

constexpr char kToast[] = "toast.";
constexpr std::size_t kToastLength = sizeof kToast - 1;

void append_name(Sql& sql, const std::string& option) {
  if (is_of_toast(option)) {
    sql << kToast << Identifier(option.substr(kToastLength));
  } else {
    sql << Identifier(option);
  }
}

}  // namespace

bool is_of_toast(const std::string& option) { return option.rfind(kToast, 0) == 0; }

Sql option_list(const Options& options) {
  Sql sql("(");
  for (const auto& option : options) {
    if (&option != &options.front()) sql << ", ";
    append_name(sql, option.first);
    sql << " = " << Literal{option.second};
  }
  return sql << ")";
}

void append_options(Sql& sql, const Options& options) {
  if (!options.empty()) sql << " WITH " << option_list(options);
}

}  // namespace pgscale
