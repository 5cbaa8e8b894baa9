#pragma once

#include <string>
#include <vector>

#include "builders.h"
#include "core/adoption.h"

namespace pgscale::testing {

// public.events (id, at): without rows, and nothing that hangs on it.
inline Adoptee events() {
  Adoptee table(4711, in_public("events"));
  table.owner = "app";
  table.key = "at";
  table.key_type = "timestamp with time zone";
  table.access_method = "heap";
  table.rows = AdopteeRows{};
  return table;
}

inline AdopteeIndex index_on(const std::string& name, const std::vector<std::string>& columns) {
  AdopteeIndex index{name,  false, false, false,   false, false, true, true,
                     false, false, false, columns, {},    "",    {}};
  for (const std::string& column : columns) index.holds_key = index.holds_key || column == "at";
  return index;
}

inline AdopteeIndex unique_index(const std::string& name, const std::vector<std::string>& columns) {
  AdopteeIndex index = index_on(name, columns);
  index.is_unique = true;
  return index;
}

inline AdopteeIndex primary_key(const std::vector<std::string>& columns) {
  AdopteeIndex index = unique_index("events_pkey", columns);
  index.is_primary = true;
  index.is_constraint = true;
  return index;
}

inline AdopteeTrigger trigger_named(const std::string& name) {
  AdopteeTrigger trigger{};
  trigger.name = name;
  trigger.is_for_rows = true;
  trigger.is_callable = true;
  trigger.definition = "CREATE TRIGGER " + name + " AFTER INSERT ON public.events ...";
  return trigger;
}

inline Dependant view_named(const std::string& name) {
  return {Dependant::Kind::kView,
          Dependant::Reason::kTable,
          1,
          "public." + name,
          in_public(name),
          true,
          false,
          " SELECT events.id\n   FROM public.events",
          {}};
}

inline AdopteeSequence sequence_of(const std::string& column) {
  return {2, in_public("events_" + column + "_seq"), column, false, true, false, {}, std::nullopt};
}

inline AdopteePublication publication_named(const std::string& name) {
  return {name, 10, true, true, true, std::nullopt, ""};
}

}  // namespace pgscale::testing
