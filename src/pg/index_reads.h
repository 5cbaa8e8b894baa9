#pragma once

#include "pg/setting_scope.h"

namespace pgscale::pg {

// In this scope queries look for rows by an index, whatever the statistics say, and fail rather
// than pass over a row that row security hides.
class IndexReads : SettingScope {
 public:
  IndexReads()
      : SettingScope({{"row_security", "off"}, {"enable_seqscan", "off"}, {"jit", "off"}}) {}
};

}  // namespace pgscale::pg
