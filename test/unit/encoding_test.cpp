#include "core/encoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "builders.h"

namespace pgscale {
namespace {

using testing::failure_of;
using testing::moment;
using testing::shown;

constexpr Micros kUnixEpoch = -946'684'800 * kMicrosPerSecond;

Micros unix_ms(std::int64_t milliseconds) { return kUnixEpoch + milliseconds * 1'000; }

Encoding named(const char* name, KeyStorage storage) { return encoding_named(name, {}, storage); }

Encoding snowflake(std::int64_t epoch_ms, int shift, int unit_ms = 1) {
  return encoding_named("snowflake", {unix_ms(epoch_ms), shift, unit_ms}, KeyStorage::kBigint);
}

void expect_place(const Encoding& encoding, const std::string& key, Micros instant, bool is_exact) {
  const Place place = encoding.decode(key);
  EXPECT_EQ(shown(place.instant), shown(instant)) << key;
  EXPECT_EQ(place.is_exact, is_exact) << key;
}

// ---- known vectors --------------------------------------------------------------------------

TEST(EncodingUuid, TellsTheTimeOfTheExampleOfRfc9562) {
  const Encoding encoding = named("uuidv7", KeyStorage::kUuid);
  const Micros instant = moment("2022-02-22 19:22:22");
  expect_place(encoding, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", instant, false);
  EXPECT_EQ(encoding.encode(instant), "017f22e2-79b0-0000-0000-000000000000");
}

TEST(EncodingUuid, LiesBelowEveryUuidOfTheMillisecondWhateverItsVersion) {
  const Encoding encoding = named("uuidv7", KeyStorage::kUuid);
  const Micros instant = moment("2022-02-22 19:22:22");
  for (const char* tail : {"0000-0000-000000000001", "7000-8000-000000000000",
                           "4000-8000-000000000000", "ffff-ffff-ffffffffffff"}) {
    const std::string key = std::string("017f22e2-79b0-") + tail;
    EXPECT_LT(encoding.encode(instant), key);
    EXPECT_LT(key, encoding.encode(instant + 1));
    expect_place(encoding, key, instant, false);
  }
}

TEST(EncodingUlid, TellsTheTimeOfTheExamplesOfTheSpecification) {
  const Encoding encoding = named("ulid", KeyStorage::kText);
  expect_place(encoding, "01ARYZ6S41TSV4RRFFQ69G5FAV", unix_ms(1'469'918'176'385), false);
  EXPECT_EQ(encoding.encode(unix_ms(1'469'918'176'385)), "01ARYZ6S410000000000000000");
  EXPECT_EQ(encoding.encode(encoding.last), "7ZZZZZZZZZ0000000000000000");
  EXPECT_EQ(named("ulid", KeyStorage::kUuid).encode(moment("2022-02-22 19:22:22")),
            "017f22e2-79b0-0000-0000-000000000000");
}

TEST(EncodingKsuid, TellsTheTimeOfTheExampleOfItsAuthors) {
  const Encoding encoding = named("ksuid", KeyStorage::kText);
  const Micros instant = moment("2017-10-10 04:00:47");
  expect_place(encoding, "0ujtsYcgvSTl8PAuAdqWYSMnLOv", instant, false);
  EXPECT_LT(encoding.encode(instant), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
  EXPECT_GT(encoding.encode(instant + 1), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
  expect_place(encoding, "000000000000000000000000000", moment("2014-05-13 16:53:20"), true);
  expect_place(encoding, "aWgEPTl1tmebfsQzFP4bxwgy80V", encoding.last, false);
}

TEST(EncodingSnowflake, TellsTheTimeOfKnownIdentifiers) {
  expect_place(snowflake(1'288'834'974'657, 22), "1541815603606036480", unix_ms(1'656'432'460'105),
               false);  // Twitter
  expect_place(snowflake(1'420'070'400'000, 22), "175928847299117063", unix_ms(1'462'015'105'796),
               false);  // Discord
  // Instagram's layout: 41 bits of time, 13 of the shard, 10 of a sequence
  const std::int64_t id = (std::int64_t{1'387'263'000} << 23) | (1341 << 10) | 905;
  expect_place(snowflake(1'314'220'021'721, 23), std::to_string(id),
               unix_ms(1'314'220'021'721 + 1'387'263'000), false);
  // Sonyflake: 39 bits of 10 milliseconds
  EXPECT_EQ(snowflake(1'409'529'600'000, 24, 10).encode(unix_ms(1'409'529'600'000 + 50)),
            std::to_string(5 << 24));
}

TEST(EncodingSnowflake, KnowsTimesBeforeItsEpochAsNegativeNumbers) {
  const Encoding encoding = snowflake(1'420'070'400'000, 22);
  EXPECT_EQ(encoding.encode(unix_ms(1'420'070'399'999)), std::to_string(-(1 << 22)));
  expect_place(encoding, "-1", unix_ms(1'420'070'399'999), false);
}

TEST(EncodingUnix, CountsInTheNamedUnit) {
  const Micros instant = moment("2026-11-01");
  const struct {
    const char* name;
    const char* key;
  } cases[] = {{"unix_seconds", "1793491200"},
               {"unix_milliseconds", "1793491200000"},
               {"unix_microseconds", "1793491200000000"},
               {"unix_nanoseconds", "1793491200000000000"}};
  for (const auto& c : cases) {
    const Encoding encoding = named(c.name, KeyStorage::kBigint);
    EXPECT_EQ(encoding.encode(instant), c.key);
    expect_place(encoding, c.key, instant, true);
  }
  expect_place(named("unix_nanoseconds", KeyStorage::kBigint), "1793491200000000001", instant,
               false);
}

// ---- keys that are no identifiers -------------------------------------------------------------

TEST(Encoding, PlacesATextThatIsNoIdentifierBetweenThose) {
  const Encoding ulid = named("ulid", KeyStorage::kText);
  const Micros instant = unix_ms(1'469'918'176'385);
  expect_place(ulid, "01ARYZ6S41", instant - 1'000, false);  // a prefix sorts before all of them
  expect_place(ulid, "01ARYZ6S41TSV4RRFFQ69G5FAVX", instant, false);
  expect_place(ulid, "01ARYZ6S41~", instant, false);
  expect_place(ulid, "", kUnixEpoch - 1'000, false);
  expect_place(ulid, "~", ulid.last, false);
  const Encoding ksuid = named("ksuid", KeyStorage::kText);
  expect_place(ksuid, "zzzzzzzzzzzzzzzzzzzzzzzzzzz", ksuid.last, false);
  expect_place(ksuid, "0ujtsYcgvSTl8PAuAdqWYSMnLO", moment("2017-10-10 04:00:47"), false);
}

TEST(Encoding, OfNumbersHoldsNoTimeBeyondTheCalendar) {
  const Encoding seconds = named("unix_seconds", KeyStorage::kBigint);
  expect_place(seconds, "9223372036854775807", seconds.last, false);
  EXPECT_EQ(shown(seconds.last), "294276-12-31 00:00:00");
  EXPECT_EQ(shown(named("unix_seconds", KeyStorage::kInteger).last), "2038-01-19 03:14:07");
}

// ---- properties -------------------------------------------------------------------------------

struct Subject {
  const char* name;
  Encoding encoding;
  KeyStorage storage;
};

std::vector<Subject> subjects() {
  std::vector<Subject> all;
  for (const char* name : {"uuidv7", "ulid"}) {
    all.push_back({name, named(name, KeyStorage::kUuid), KeyStorage::kUuid});
    all.push_back({name, named(name, KeyStorage::kText), KeyStorage::kText});
  }
  all.push_back({"ksuid", named("ksuid", KeyStorage::kText), KeyStorage::kText});
  for (int shift : {0, 12, 22, 40}) {
    for (int unit_ms : {1, 10, 250}) {
      all.push_back(
          {"snowflake", snowflake(1'288'834'974'657, shift, unit_ms), KeyStorage::kBigint});
    }
  }
  for (const char* name :
       {"unix_seconds", "unix_milliseconds", "unix_microseconds", "unix_nanoseconds"}) {
    all.push_back({name, named(name, KeyStorage::kBigint), KeyStorage::kBigint});
  }
  all.push_back(
      {"unix_seconds", named("unix_seconds", KeyStorage::kInteger), KeyStorage::kInteger});
  return all;
}

bool is_number(KeyStorage storage) {
  return storage == KeyStorage::kInteger || storage == KeyStorage::kBigint;
}

// As the server sorts keys of the type.
bool before(const std::string& a, const std::string& b, KeyStorage storage) {
  return is_number(storage) ? parse_decimal(a, 0).value() < parse_decimal(b, 0).value() : a < b;
}

// A key of the moment that is not the smallest one, where there is more than one.
std::string another_key(const Subject& subject, Micros instant, std::mt19937_64& random) {
  std::string key = subject.encoding.encode(instant);
  if (!is_number(subject.storage)) {
    const std::size_t at = key.size() - 1 - random() % 12;
    if (key[at] == '0') key[at] = '7';
    return key;
  }
  const Point next =
      parse_decimal(subject.encoding.encode(instant + subject.encoding.unit), 0).value();
  const Point own = parse_decimal(key, 0).value();
  return decimal_text(own + static_cast<Point>(random()) % (next - own), 0);
}

TEST(EncodingProperty, DecodesWhatItEncodesAndKeepsTheOrder) {
  std::mt19937_64 random(5);
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(std::string(subject.name) + " in " + text(subject.storage));
    const Encoding& encoding = subject.encoding;
    std::uniform_int_distribution<Micros> moments(encoding.first,
                                                  encoding.last - 2 * encoding.unit);
    for (int i = 0; i < 2'000; i++) {
      const Micros any = moments(random);
      const Micros instant = encoding.round_up(any);
      ASSERT_TRUE(instant >= any && instant - any < encoding.unit);
      ASSERT_EQ(encoding.encode(any), encoding.encode(instant));
      expect_place(encoding, encoding.encode(instant), instant, true);
      const std::string key = another_key(subject, instant, random);
      ASSERT_EQ(encoding.decode(key).instant, instant) << key;
      ASSERT_TRUE(before(encoding.encode(instant), encoding.encode(instant + encoding.unit),
                         subject.storage));
      const Micros other = encoding.round_up(moments(random));
      ASSERT_EQ(before(encoding.encode(instant), encoding.encode(other), subject.storage),
                instant < other);
    }
  }
}

TEST(EncodingProperty, AKeyIsNotBelowTheBoundExactlyWhenItsTimeIsNot) {
  std::mt19937_64 random(6);
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(std::string(subject.name) + " in " + text(subject.storage));
    const Encoding& encoding = subject.encoding;
    const Micros from = encoding.round_up(std::max(encoding.first, moment("2015-01-01")));
    for (int i = 0; i < 2'000; i++) {
      const Micros instant = from + static_cast<Micros>(random() % 50) * encoding.unit;
      const Micros bound = from + static_cast<Micros>(random() % 50) * encoding.unit;
      const std::string key = another_key(subject, instant, random);
      ASSERT_EQ(!before(key, encoding.encode(bound), subject.storage), instant >= bound) << key;
    }
  }
}

// ---- errors -----------------------------------------------------------------------------------

TEST(EncodingNamed, RefusesWhatDoesNotFit) {
  auto message = [](const char* name, SnowflakeOptions options, KeyStorage storage) {
    const Failure failure = failure_of([&] { (void)encoding_named(name, options, storage); });
    EXPECT_EQ(failure.problem(), Problem::kInvalidParameter);
    return std::string(failure.what());
  };
  EXPECT_EQ(message("uuid7", {}, KeyStorage::kUuid), "invalid value for encoding: \"uuid7\"");
  EXPECT_EQ(message("ksuid", {}, KeyStorage::kUuid),
            "encoding \"ksuid\" does not fit a key of type uuid");
  EXPECT_EQ(message("unix_milliseconds", {}, KeyStorage::kInteger),
            "encoding \"unix_milliseconds\" does not fit a key of type integer");
  EXPECT_EQ(message("snowflake", {0, 22, 1}, KeyStorage::kText),
            "encoding \"snowflake\" does not fit a key of type text");
  EXPECT_EQ(message("uuidv7", {std::nullopt, 3, std::nullopt}, KeyStorage::kUuid),
            "encoding \"uuidv7\" has no options");
  EXPECT_EQ(message("snowflake", {}, KeyStorage::kBigint),
            "encoding \"snowflake\" needs the moment from which its times are counted");
  EXPECT_EQ(message("snowflake", {0, 41, 1}, KeyStorage::kBigint),
            "shift of encoding \"snowflake\" must be between 0 and 40");
  EXPECT_EQ(message("snowflake", {0, 22, 0}, KeyStorage::kBigint),
            "unit_ms of encoding \"snowflake\" must be between 1 and 1000");
}

}  // namespace
}  // namespace pgscale
