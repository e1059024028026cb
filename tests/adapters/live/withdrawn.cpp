#define CAF_SUITE live_withdrawn

#include "tests/adapters/live/engine_side.hpp"
#include "tests/adapters/live/loopback.hpp"

#include <memory>
#include <string>

#include "tests/caf_test.hpp"

namespace live_withdrawn_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

struct fixture : engine_side {
  loopback door{shard, services};

  std::unique_ptr<websocket_client> connect(const credential_ptr& voucher) {
    return door.connect({}, [&](auto&, auto& asked) {
      auto who = std::make_shared<principal>();
      who->voucher = voucher;
      asked.who = std::move(who);
    });
  }
};

const std::string closed = "closed 4401 the key or token it came with was withdrawn";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(withdrawn_tests, fixture)

CAF_TEST(only those whose key was withdrawn are closed) {
  const auto key = std::make_shared<credential>();
  const auto other = std::make_shared<credential>();
  const auto gone = connect(key);
  enter();
  const auto stays = connect(other);
  const auto one = enter();
  const auto free = connect(nullptr);
  const auto two = enter();
  key->withdraw();
  shard.close_withdrawn();
  CAF_CHECK_EQUAL(gone->read(), closed);
  for (const auto& each : {one, two})
    each->say({"said", "1"});
  CAF_CHECK_EQUAL(stays->read(), R"({"event":"said","data":1})");
  CAF_CHECK_EQUAL(free->read(), R"({"event":"said","data":1})");
}

CAF_TEST(one that comes with a withdrawn key is closed at once) {
  const auto key = std::make_shared<credential>();
  key->withdraw();
  CAF_CHECK_EQUAL(connect(key)->read(), closed);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace live_withdrawn_suite
