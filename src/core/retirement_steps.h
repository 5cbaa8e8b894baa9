#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/hooks.h"
#include "core/step.h"

namespace pgscale {

// A table that has left the set, or is about to.
struct Leaver {
  Oid oid;
  const QualifiedName& name;
  TableKind kind;
  const std::string& bounds;
  const std::vector<Publication>& publications;
  Retire retire;
  bool is_detached = false;
  std::optional<Micros> detached_at = std::nullopt;
  bool sealed = false;
  bool done = false;  // archived or exported
  std::optional<RemoteTable> remote = std::nullopt;
};

[[nodiscard]] Leaver leaver(const Partition& partition, Retire retire);
[[nodiscard]] Leaver leaver(const RetiredTable& table);

// Each step that takes a partition out of its set, or does something to a table that has left it.

[[nodiscard]] Step finalize_step(const PartitionSet& set, const Partition& partition);
[[nodiscard]] Step detach_step(const PartitionSet& set, const Partition& partition,
                               const std::string& reason);
[[nodiscard]] Step drop_step(const PartitionSet& set, const Leaver& table);
[[nodiscard]] std::vector<Step> unpublish_steps(const Leaver& table);
[[nodiscard]] Step archive_step(const PartitionSet& set, const Leaver& table);
[[nodiscard]] std::vector<Step> export_steps(const PartitionSet& set, const Leaver& table);
[[nodiscard]] Step hook_step(const PartitionSet& set, Action action, const QualifiedName& function,
                             const HookCall& call);
[[nodiscard]] Step before_step(const PartitionSet& set, const Leaver& table);

}  // namespace pgscale
