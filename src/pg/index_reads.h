#pragma once

#include "pg/call.h"
#include "shim/session.h"

namespace pgscale::pg {

// In this scope queries look for rows by an index, whatever the statistics say, and fail rather
// than pass over a row that row security hides. After an error, abort restores the settings.
class IndexReads {
 public:
  IndexReads() : level_(pg::call(pgs_setting_level)) {
    pg::call(pgs_setting_save, "row_security", "off");
    pg::call(pgs_setting_save, "enable_seqscan", "off");
    pg::call(pgs_setting_save, "jit", "off");
  }
  ~IndexReads() {
    if (!unwinding_) pgs_setting_pop(level_);
  }
  IndexReads(const IndexReads&) = delete;
  IndexReads& operator=(const IndexReads&) = delete;

 private:
  int level_;
  Unwinding unwinding_;
};

}  // namespace pgscale::pg
