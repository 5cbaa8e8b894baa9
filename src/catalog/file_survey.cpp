#include "catalog/file_survey.h"

#include <cstdint>
#include <utility>

#include "core/file_sizes.h"
#include "pg/server.h"

namespace pgscale::catalog {

FileSurvey::FileSurvey(std::vector<PgsFile> files) : files_(std::move(files)) {
  const int helpers = helpers_for(files_.size(), pg::parallel_help());
  if (helpers == 0) return;
  survey_ =
      pg::call(pgs_survey_begin, files_.data(), static_cast<std::int64_t>(files_.size()), helpers);
}

// After an error the end of the transaction ends it.
FileSurvey::~FileSurvey() {
  if (!unwinding_ && survey_ != nullptr) pg::drop_survey(survey_);
}

const std::vector<PgsFile>& FileSurvey::finish() {
  if (survey_ != nullptr) {
    pg::call(pgs_survey_end, std::exchange(survey_, nullptr), files_.data());
  } else {
    pg::call(pgs_measure_files, files_.data(), static_cast<std::int64_t>(files_.size()));
  }
  return files_;
}

}  // namespace pgscale::catalog
