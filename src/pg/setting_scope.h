#pragma once

#include <initializer_list>
#include <utility>

#include "pg/call.h"
#include "shim/session.h"

namespace pgscale::pg {

// Settings (name, value) that hold in this scope. After an error, abort restores what was before.
class SettingScope {
 public:
  using Setting = std::pair<const char*, const char*>;

  SettingScope(std::initializer_list<Setting> settings) : level_(pg::call(pgs_setting_level)) {
    for (const auto& [name, value] : settings) pg::call(pgs_setting_save, name, value);
  }
  ~SettingScope() {
    if (!unwinding_) pgs_setting_pop(level_);
  }
  SettingScope(const SettingScope&) = delete;
  SettingScope& operator=(const SettingScope&) = delete;

 private:
  int level_;
  Unwinding unwinding_;
};

}  // namespace pgscale::pg
