#include "core/partman_import.h"

#include <gtest/gtest.h>

#include "builders.h"
#include "core/grid.h"
#include "zones.h"

namespace pgscale::testing {
namespace {

PartmanSpan span(const std::string& text, const Stride& stride) {
  return {text, usual_length(stride)};
}

// A set over time as pg_partman 4.7 keeps it, by default.
PartmanSet daily() {
  PartmanSet set({Identifier("public"), Identifier("events")});
  set.settings = {{"parent_table", "public.events"},
                  {"control", "at"},
                  {"partition_type", "native"},
                  {"partition_interval", "1 day"},
                  {"premake", "7"},
                  {"epoch", "none"},
                  {"retention_keep_table", "true"},
                  {"retention_keep_index", "true"},
                  {"infinite_time_partitions", "false"},
                  {"automatic_maintenance", "on"},
                  {"undo_in_progress", "false"}};
  set.key_columns = {"at"};
  set.key_is_time = true;
  set.interval = span("1 day", days(1));
  return set;
}

void change(PartmanSet& set, const std::string& name, const std::string& value) {
  for (PartmanSetting& setting : set.settings) {
    if (setting.name == name) {
      setting.value = value;
      return;
    }
  }
  set.settings.push_back({name, value});
}

PartmanSet with(const std::string& name, const std::string& value) {
  PartmanSet set = daily();
  change(set, name, value);
  return set;
}

PartmanSet numbers(const std::string& retention) {
  PartmanSet set = with("partition_interval", "1000");
  set.key_is_time = false;
  set.interval = span("1000", Point{1000});
  change(set, "retention", retention);
  set.retention = span(retention, Point{std::stoll(retention)});
  return set;
}

ImportItem item(const PartmanSet& set, const std::string& name) {
  for (const ImportItem& found : map_partman(set).items) {
    if (found.name == name) return found;
  }
  ADD_FAILURE() << "no item " << name;
  return {name, {}, {}, ImportStatus::kRefused, ""};
}

std::string status(const PartmanSet& set, const std::string& name) {
  return text(item(set, name).status);
}

std::string by_hand(const PartmanSet& set, const std::string& name) {
  const auto sql = item(set, name).by_hand;
  return sql ? sql->text() : "none";
}

TEST(MapPartman, MakesThePolicyOfAUsualSet) {
  const Import import = map_partman(daily());
  EXPECT_FALSE(is_refused(import));
  EXPECT_EQ(import.policy.control, "at");
  EXPECT_EQ(import.policy.interval, "1 day");
  EXPECT_EQ(import.policy.premake, 7);
  EXPECT_EQ(import.policy.retention, std::nullopt);
  EXPECT_EQ(import.policy.retire, Retire::kDetach);
  EXPECT_FALSE(import.policy.default_partition);
  EXPECT_FALSE(import.policy.paused);
}

TEST(MapPartman, TellsEverySettingOnceInItsOrder) {
  const PartmanSet set = daily();
  const Import import = map_partman(set);
  ASSERT_EQ(import.items.size(), set.settings.size() + 1);
  for (std::size_t i = 0; i < set.settings.size(); i++) {
    EXPECT_EQ(import.items[i].name, set.settings[i].name);
    EXPECT_EQ(import.items[i].value, set.settings[i].value);
  }
  EXPECT_EQ(import.items.back().name, "default partition");
}

TEST(MapPartman, KnowsTheNamesOfIntervals) {
  EXPECT_EQ(without_partman_names("weekly"), "7 days");
  EXPECT_EQ(without_partman_names("quarter-hour"), "15 minutes");
  EXPECT_EQ(without_partman_names("1 mon"), "1 mon");
}

TEST(MapPartman, RefusesWhatItCannotMaintain) {
  EXPECT_EQ(status(with("partition_type", "partman"), "partition_type"), "refused");
  EXPECT_EQ(status(with("partition_type", "time-custom"), "partition_type"), "refused");
  EXPECT_EQ(status(with("partition_type", "list"), "partition_type"), "refused");
  EXPECT_EQ(status(with("partition_type", "range"), "partition_type"), "mapped");
  EXPECT_EQ(status(with("control", "id"), "control"), "refused");
  EXPECT_EQ(status(with("undo_in_progress", "true"), "undo_in_progress"), "refused");
  EXPECT_EQ(
      status(with("async_partitioning_in_progress", "2026"), "async_partitioning_in_progress"),
      "refused");
  EXPECT_EQ(status(with("epoch", "fortnights"), "epoch"), "refused");
  PartmanSet unreadable = daily();
  unreadable.interval.reset();
  EXPECT_EQ(status(unreadable, "partition_interval"), "refused");
  EXPECT_TRUE(is_refused(map_partman(unreadable)));
  PartmanSet list = daily();
  list.method = Method::kList;
  EXPECT_EQ(status(list, "partition_type"), "refused");
}

TEST(MapPartman, MakesALevelOfTheSettingsOfPartitions) {
  PartmanSet set = daily();
  set.is_subpartitioned = true;
  PartmanSet below = numbers("2000");
  change(below, "control", "id");
  below.key_columns = {"id"};
  below.has_default = true;
  set.below = {below};
  EXPECT_EQ(status(set, "sub-partitioning"), "mapped");
  EXPECT_EQ(item(set, "sub_partition_interval").mapped_to, "interval => 1000");
  EXPECT_EQ(item(set, "partition_interval").mapped_to, "interval => 1 day");
  const Import import = map_partman(set);
  ASSERT_TRUE(import.level);
  EXPECT_EQ(import.level->control, "id");
  EXPECT_EQ(import.level->retention, "2000");
  EXPECT_TRUE(import.level->default_partition);
  EXPECT_FALSE(import.policy.default_partition);
  EXPECT_FALSE(is_refused(import));
}

TEST(MapPartman, PausesNoLevelByItself) {
  PartmanSet set = daily();
  set.is_subpartitioned = true;
  set.below = {with("automatic_maintenance", "off")};
  EXPECT_EQ(status(set, "sub_automatic_maintenance"), "unmapped");
  EXPECT_FALSE(map_partman(set).policy.paused);
}

TEST(MapPartman, LeavesWhatItCannotTellOfLevelsAlone) {
  PartmanSet nothing_below = daily();
  nothing_below.is_subpartitioned = true;
  EXPECT_EQ(status(nothing_below, "sub-partitioning"), "refused");
  PartmanSet deep = nothing_below;
  deep.below = {daily()};
  deep.has_deeper_levels = true;
  EXPECT_EQ(status(deep, "sub-partitioning"), "refused");
  PartmanSet below = daily();
  below.root = "public.regions";
  EXPECT_EQ(status(below, "sub-partitioning"), "refused");
  PartmanSet wrong = nothing_below;
  wrong.below = {with("partition_type", "list")};
  EXPECT_EQ(status(wrong, "sub_partition_type"), "refused");
  EXPECT_TRUE(is_refused(map_partman(wrong)));
}

TEST(MapPartman, KeepsASetPausedThatPartmanPassedOver) {
  const Import import = map_partman(with("automatic_maintenance", "off"));
  EXPECT_TRUE(import.policy.paused);
  EXPECT_FALSE(is_refused(import));
}

TEST(MapPartman, ReadsEpochsAsEncodings) {
  EXPECT_EQ(map_partman(with("epoch", "seconds")).policy.encoding, "unix_seconds");
  EXPECT_EQ(map_partman(with("epoch", "milliseconds")).policy.encoding, "unix_milliseconds");
  EXPECT_EQ(map_partman(with("epoch", "microseconds")).policy.encoding, "unix_microseconds");
  EXPECT_EQ(map_partman(with("epoch", "nanoseconds")).policy.encoding, "unix_nanoseconds");
  PartmanSet numeric = with("epoch", "seconds");
  numeric.key_is_time = false;
  EXPECT_TRUE(counts_in_time(numeric));
  EXPECT_FALSE(counts_in_time(numbers("5000")));
}

TEST(MapPartman, KnowsItsFunctionsForUuids) {
  PartmanSet set = with("time_encoder", "partman.uuid7_time_encoder");
  change(set, "time_decoder", "partman.uuid7_time_decoder");
  set.key_is_time = false;
  const Import import = map_partman(set);
  EXPECT_TRUE(counts_in_time(set));
  EXPECT_EQ(import.policy.encoding, "uuidv7");
  EXPECT_EQ(import.policy.encoder, std::nullopt);
  EXPECT_FALSE(is_refused(import));
}

TEST(MapPartman, TakesFunctionsOfAUserThatAreThere) {
  PartmanSet set = with("time_encoder", "app.to_key");
  change(set, "time_decoder", "app.my_uuid7_time_decoder");
  EXPECT_EQ(status(set, "time_encoder"), "refused");
  EXPECT_EQ(status(set, "time_decoder"), "refused");
  set.encoder = "app.to_key(timestamp with time zone)";
  set.decoder = "app.my_uuid7_time_decoder(text)";
  const Import import = map_partman(set);
  EXPECT_FALSE(is_refused(import));
  EXPECT_EQ(import.policy.encoder, set.encoder);
  EXPECT_EQ(import.policy.decoder, set.decoder);
}

TEST(MapPartmanRetention, IsTakenOver) {
  PartmanSet set = with("retention", "30 days");
  set.retention = span("30 days", days(30));
  EXPECT_EQ(map_partman(set).policy.retention, "30 days");
  EXPECT_EQ(map_partman(set).policy.retire, Retire::kDetach);
  change(set, "retention_keep_table", "false");
  EXPECT_EQ(map_partman(set).policy.retire, Retire::kDrop);
}

TEST(MapPartmanRetention, IsNeverShorterThanTheInterval) {
  PartmanSet set = with("retention", "1 hour");
  set.retention = span("01:00:00", hours(1));
  EXPECT_EQ(map_partman(set).policy.retention, "1 day");
  EXPECT_EQ(status(set, "retention"), "mapped");
  EXPECT_EQ(map_partman(numbers("0")).policy.retention, "1000");
  EXPECT_EQ(map_partman(numbers("1000")).policy.retention, "1000");
  EXPECT_EQ(map_partman(numbers("5000")).policy.retention, "5000");
}

TEST(MapPartmanRetention, MovesWhatWasToBeMovedAndDropsNothing) {
  PartmanSet set = with("retention", "30 days");
  set.retention = span("30 days", days(30));
  change(set, "retention_keep_table", "false");
  change(set, "retention_schema", "old'ies");
  EXPECT_EQ(map_partman(set).policy.retire, Retire::kArchive);
  EXPECT_EQ(map_partman(set).policy.archive_schema, "old'ies");
  EXPECT_EQ(status(set, "retention_schema"), "mapped");
  EXPECT_FALSE(is_refused(map_partman(set)));
}

TEST(MapPartmanRetention, MovesNothingWhereNothingIsRetired) {
  const PartmanSet set = with("retention_schema", "old");
  EXPECT_EQ(map_partman(set).policy.retire, Retire::kDetach);
  EXPECT_FALSE(map_partman(set).policy.archive_schema);
  EXPECT_EQ(status(set, "retention_schema"), "ignored");
}

TEST(MapPartmanRetention, DropsIndexesOfTablesThatStay) {
  PartmanSet set = with("retention_keep_index", "false");
  EXPECT_EQ(status(set, "retention_keep_index"), "ignored");
  change(set, "retention", "30 days");
  set.retention = span("30 days", days(30));
  change(set, "retention_keep_table", "true");
  EXPECT_EQ(status(set, "retention_keep_index"), "mapped");
  EXPECT_EQ(map_partman(set).policy.retire, Retire::kArchive);
  EXPECT_EQ(map_partman(set).policy.archive_indexes, false);
  change(set, "retention_keep_table", "false");
  EXPECT_EQ(status(set, "retention_keep_index"), "ignored");
}

TEST(MapPartman, TellsWhatATemplateHas) {
  PartmanSet set = with("template_table", "partman.template_public_events");
  EXPECT_EQ(status(set, "template_table"), "ignored");
  set.template_table = PartmanTemplate{};
  EXPECT_EQ(status(set, "template_table"), "ignored");
  set.template_table = PartmanTemplate{
      "partman.keep", {"template_pkey"}, "it is somebody else's", true, "{fillfactor=70}"};
  EXPECT_EQ(status(set, "template_table"), "unmapped");
  EXPECT_EQ(map_partman(set).policy.index_template, std::nullopt);
  EXPECT_EQ(item(set, "template_table").note,
            "New partitions will lack what the template has: its indexes template_pkey (it is "
            "somebody else's); UNLOGGED. Taken over is: storage_parameters => {fillfactor=70}.");
  set.template_table->trouble.clear();
  EXPECT_EQ(item(set, "template_table").note,
            "New partitions will lack what the template has: UNLOGGED. Taken over is: template => "
            "partman.keep, storage_parameters => {fillfactor=70}.");
}

TEST(MapPartman, TakesOverTheTemplateForItsIndexes) {
  PartmanSet set = with("template_table", "partman.template_public_events");
  set.template_table = PartmanTemplate{"partman.keep", {"template_pkey", "template_n_key"}};
  EXPECT_EQ(status(set, "template_table"), "mapped");
  EXPECT_EQ(item(set, "template_table").mapped_to, "template => partman.keep");
  EXPECT_NE(item(set, "template_table").note.find("template_pkey, template_n_key"),
            std::string::npos);
  EXPECT_NE(create_calls(set.table, map_partman(set)).text().find(", template => 'partman.keep'"),
            std::string::npos);
}

TEST(MapPartman, TakesOverTheStorageParametersOfATemplate) {
  PartmanSet set = with("template_table", "partman.template_public_events");
  set.template_table = PartmanTemplate{"partman.keep", {}, {}, false, "{fillfactor=70}"};
  EXPECT_EQ(status(set, "template_table"), "mapped");
  const Import import = map_partman(set);
  EXPECT_EQ(import.policy.storage_parameters, "{fillfactor=70}");
  EXPECT_NE(
      create_calls(set.table, import).text().find(", storage_parameters => '{fillfactor=70}'"),
      std::string::npos);
}

TEST(MapPartman, TellsWhichPublicationsLackTheParent) {
  PartmanSet set = with("publications", "[\"all\", \"some\"]");
  set.publications = {{"all", true}};
  EXPECT_EQ(status(set, "publications"), "mapped");
  set.publications = {{"all", true}, {"so\"me", false}, {"more", false}};
  EXPECT_EQ(status(set, "publications"), "unmapped");
  EXPECT_EQ(by_hand(set, "publications"),
            "ALTER PUBLICATION \"so\"\"me\" ADD TABLE \"public\".\"events\"; "
            "ALTER PUBLICATION \"more\" ADD TABLE \"public\".\"events\"");
}

TEST(MapPartman, SaysOfSettingsThatAreNotThere) {
  EXPECT_EQ(status(with("constraint_cols", "[\"n\"]"), "constraint_cols"), "unmapped");
  EXPECT_EQ(status(with("drop_cascade_fk", "true"), "drop_cascade_fk"), "unmapped");
  EXPECT_EQ(status(with("drop_cascade_fk", "false"), "drop_cascade_fk"), "ignored");
  EXPECT_EQ(status(with("subscription_refresh", "s"), "subscription_refresh"), "unmapped");
  EXPECT_EQ(status(with("retention_keep_publication", "true"), "retention_keep_publication"),
            "unmapped");
  EXPECT_EQ(status(with("maintenance_role", "r"), "maintenance_role"), "ignored");
  EXPECT_EQ(status(with("invented_in_6_0", "x"), "invented_in_6_0"), "unmapped");
}

TEST(CreateCalls, AreWhatAPersonWouldWrite) {
  PartmanSet set = with("retention", "30 days");
  set.retention = span("30 days", days(30));
  set.has_default = true;
  Import import = map_partman(set);
  import.policy.timezone = "Europe/Berlin";
  import.policy.paused = true;
  EXPECT_EQ(create_calls({Identifier("public"), Identifier("Ev'ents")}, import).text(),
            "SELECT * FROM pgscale.create_parent('public.\"Ev''ents\"', control => 'at', "
            "\"interval\" => '1 day', premake => 7, retention => '30 days', retire => 'detach', "
            "default_partition => true, timezone => 'Europe/Berlin'); "
            "SELECT pgscale.pause('public.\"Ev''ents\"')");
  import = map_partman(daily());
  import.level = map_partman(numbers("2000")).policy;
  EXPECT_EQ(create_calls(set.table, import).text(),
            "SELECT * FROM pgscale.create_parent('public.events', control => 'at', "
            "\"interval\" => '1 day', premake => 7); "
            "SELECT * FROM pgscale.create_subparent('public.events', control => 'at', "
            "\"interval\" => '1000', premake => 7, retention => '2000', retire => 'detach')");
}

// ---- zones --------------------------------------------------------------------------------------

Inventory with_ranges(const std::vector<Range>& ranges) {
  Inventory inventory(Parent(1, {Identifier("public"), Identifier("events")}, Method::kRange));
  Oid oid = 2;
  for (const Range& range : ranges) {
    inventory.partitions.push_back(
        {oid++, {Identifier("public"), Identifier("p")}, TableKind::kTable, range, "", false});
  }
  return inventory;
}

Range instants(const char* lower, const char* upper) {
  return {End::at(moment(lower)), End::at(moment(upper))};
}

std::vector<NamedAxis> utc_and_berlin() {
  return {{"UTC", Axis(KeyKind::kTimestampTz, Zone::utc())},
          {"Europe/Berlin", Axis(KeyKind::kTimestampTz, zone_of("Europe/Berlin"))}};
}

TEST(FittingZone, IsWhereTheNewestPartitionBeginsAtMidnight) {
  EXPECT_EQ(
      fitting_zone(with_ranges({instants("2026-07-01", "2026-07-02")}), utc_and_berlin(), days(1)),
      "UTC");
  EXPECT_EQ(fitting_zone(with_ranges({instants("2026-06-30 22:00", "2026-07-01 22:00")}),
                         utc_and_berlin(), days(1)),
            "Europe/Berlin");
}

TEST(FittingZone, LooksAtTheFirstOfTheMonth) {
  EXPECT_EQ(fitting_zone(with_ranges({instants("2026-06-30 22:00", "2026-07-31 22:00")}),
                         utc_and_berlin(), months(1)),
            "Europe/Berlin");
  EXPECT_EQ(fitting_zone(with_ranges({instants("2026-07-15", "2026-08-15")}), utc_and_berlin(),
                         months(1)),
            std::nullopt);
}

TEST(FittingZone, IsUnknownWithoutARegularPartition) {
  EXPECT_EQ(fitting_zone(with_ranges({}), utc_and_berlin(), days(1)), std::nullopt);
  EXPECT_EQ(
      fitting_zone(with_ranges({instants("2026-07-01", "2026-07-05")}), utc_and_berlin(), days(1)),
      std::nullopt);
}

}  // namespace
}  // namespace pgscale::testing
