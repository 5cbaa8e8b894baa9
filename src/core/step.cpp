#include "core/step.h"

namespace pgscale {

const char* text(Action action) {
  switch (action) {
    case Action::kFinalize: return "finalize";
    case Action::kUnguard: return "unguard";
    case Action::kGuard: return "guard";
    case Action::kValidate: return "validate";
    case Action::kCreate: return "create";
    case Action::kCreateDefault: return "create default";
    case Action::kDrain: return "drain";
    case Action::kBeforeRetire: return "before retire";
    case Action::kDetach: return "detach";
    case Action::kArchive: return "archive";
    case Action::kSeal: return "seal";
    case Action::kUnseal: return "unseal";
    case Action::kCopy: return "copy";
    case Action::kSwap: return "swap";
    case Action::kExport: return "export";
    case Action::kAfterRetire: return "after retire";
    case Action::kUnpublish: return "unpublish";
    case Action::kRefresh: return "refresh";
    case Action::kAnalyze: return "analyze";
    case Action::kMove: return "move";
    case Action::kPreflight: return "preflight";
    case Action::kPrepare: return "prepare";
    case Action::kCutOver: return "cut over";
    case Action::kAbandon: return "abandon";
    case Action::kDropIndex: return "drop index";
    case Action::kBuildIndex: return "create index";
    case Action::kReindex: return "reindex";
    case Action::kAttachIndex: return "attach index";
    case Action::kValidateConstraint: return "validate constraint";
    case Action::kAlter: return "alter";
    case Action::kDrop: break;
  }
  return "drop";
}

bool is_retirement(Action action) {
  switch (action) {
    case Action::kFinalize:
    case Action::kDetach:
    case Action::kArchive:
    case Action::kExport:
    case Action::kSwap:
    case Action::kDrop: return true;
    default: return false;
  }
}

}  // namespace pgscale
