#define CAF_SUITE live_resume

#include "tests/adapters/live/engine_side.hpp"
#include "tests/adapters/live/loopback.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "tests/caf_test.hpp"

namespace live_resume_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

/// An engine whose storage holds seqs 11 to 20.
struct fixture : engine_side {
  fixture() : engine_side(seconds{25}, inbox_state{.head = 20, .floor = 10}) {}

  struct outcome {
    std::string header;
    std::optional<std::int64_t> since;
  };

  outcome resume(const std::string& since, const std::string& protocol = {}) {
    loopback door{shard, services};
    const auto client =
      door.connect({.target = "/?since=" + since, .protocol = protocol},
                   [](auto&, auto& asked) { asked.who = std::make_shared<const principal>(); });
    return {client->answered("Carillon-Resume"), attached.next()->since()};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(resume_tests, fixture)

CAF_TEST(what storage still holds can be resumed from) {
  for (const auto* each : {"10", "15", "20"}) {
    const auto got = resume(each);
    CAF_CHECK_EQUAL(got.header, "");
    CAF_CHECK_EQUAL(*got.since, std::stoll(each));
  }
}

CAF_TEST(a plain client learns from the header that it cannot resume) {
  for (const auto* each : {"9", "21", "-1", "", "abc", "12x", "99999999999999999999"}) {
    const auto got = resume(each);
    CAF_CHECK_EQUAL(got.header, "failed");
    CAF_CHECK(!got.since);
  }
}

CAF_TEST(an envelope client is told by its session) {
  for (const auto* each : {"15", "99"}) {
    const auto got = resume(each, "carillon.v1");
    CAF_CHECK_EQUAL(*got.since, std::stoll(each));
  }
  const auto unreadable = resume("abc", "carillon.v1");
  CAF_CHECK_EQUAL(unreadable.header, "");
  CAF_CHECK_EQUAL(*unreadable.since, std::numeric_limits<std::int64_t>::max());
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(where storage cannot be asked the upgrade is refused) {
  engine_side engine{seconds{25}, error{errc::unavailable, "Service Unavailable"}};
  loopback door{engine.shard, engine.services};
  std::string refusal;
  try {
    door.connect({.target = "/?since=1"},
                 [](auto&, auto& asked) { asked.who = std::make_shared<const principal>(); });
  } catch (const std::exception& failure) {
    refusal = failure.what();
  }
  CAF_CHECK(!refusal.empty());
  engine.on_shard();
  CAF_CHECK(engine.attached.empty());
  CAF_CHECK_EQUAL(engine.everybody->now(), 0);
  CAF_CHECK_EQUAL(engine.shard.sockets(), 0);
}

CAF_TEST(a silent client is pinged and then closed) {
  engine_side engine{seconds{1}};
  loopback door{engine.shard, engine.services};
  const auto client =
    door.connect({}, [](auto&, auto& asked) { asked.who = std::make_shared<const principal>(); });
  const auto who = engine.enter();
  CAF_CHECK_EQUAL(client->read_raw(), "9:");
  auto next = client->read_raw();
  while (next == "9:")
    next = client->read_raw();
  CAF_CHECK(next.starts_with("8:\x03\xf0"));
  CAF_CHECK_EQUAL(engine.detached.next(), who->id());
}

CAF_TEST(a client that answers pings stays) {
  engine_side engine{seconds{1}};
  loopback door{engine.shard, engine.services};
  const auto client =
    door.connect({}, [](auto&, auto& asked) { asked.who = std::make_shared<const principal>(); });
  engine.enter();
  for (int i = 0; i < 4; ++i) {
    CAF_CHECK_EQUAL(client->read_raw(), "9:");
    client->write_raw(std::string{"\x8a\x80\0\0\0\0", 6});
  }
  CAF_CHECK(engine.detached.empty());
}

}  // namespace live_resume_suite
