#include "adapters/http/limits.hpp"

#include "tests/adapters/http/engine.hpp"
#include "tests/adapters/http/raw_client.hpp"

#define CAF_SUITE http_limits
#include "tests/caf_test.hpp"

namespace http_limits_suite {

using namespace carillon;
using namespace carillon::http;

namespace {

constexpr steady_time start{std::chrono::hours{1}};

const std::string inbox = "/api/v1/notifications";

}  // namespace

CAF_TEST(a minute begins with the first request and ends whole) {
  request_limit limit{"user", 2};
  const auto first = limit.take("u", start);
  CAF_CHECK(first.granted);
  CAF_CHECK_EQUAL(first.remaining, 1);
  CAF_CHECK_EQUAL(first.reset_seconds, 60);
  const auto second = limit.take("u", start + seconds{20});
  CAF_CHECK(second.granted);
  CAF_CHECK_EQUAL(second.remaining, 0);
  CAF_CHECK_EQUAL(second.reset_seconds, 40);
  const auto third = limit.take("u", start + milliseconds{59'999});
  CAF_CHECK(!third.granted);
  CAF_CHECK_EQUAL(third.reset_seconds, 1);
  CAF_CHECK(limit.take("v", start + milliseconds{59'999}).granted);
  const auto again = limit.take("u", start + seconds{60});
  CAF_CHECK(again.granted);
  CAF_CHECK_EQUAL(again.remaining, 1);
}

CAF_TEST(a changed limit holds at once) {
  request_limit limit{"user", 0};
  CAF_CHECK(!limit.on());
  limit.set(3);
  CAF_CHECK(limit.on());
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(limit.take("u", start).granted);
  CAF_CHECK(!limit.take("u", start).granted);
  limit.set(4);
  CAF_CHECK(limit.take("u", start).granted);
  limit.set(2);
  const auto over = limit.take("u", start);
  CAF_CHECK(!over.granted);
  CAF_CHECK_EQUAL(over.remaining, 0);
}

CAF_TEST(users whose minute is over are forgotten as others come) {
  request_limit limit{"user", 5};
  for (int i = 0; i < 100; ++i)
    limit.take("old" + std::to_string(i), start);
  for (int i = 0; i < 100; ++i)
    limit.take("new" + std::to_string(i), start + seconds{60});
  CAF_CHECK_EQUAL(limit.size(), 100U);
}

CAF_TEST(no more users than the bound are remembered) {
  request_limit limit{"user", 1, 3};
  for (const auto* user : {"a", "b", "c"})
    CAF_CHECK(limit.take(user, start).granted);
  CAF_CHECK(!limit.take("a", start).granted);
  CAF_CHECK(limit.take("d", start).granted);
  CAF_CHECK_EQUAL(limit.size(), 3U);
  CAF_CHECK(!limit.take("b", start).granted);
  CAF_CHECK(limit.take("a", start).granted);
}

CAF_TEST(a producer has a figure of its own and an operator none) {
  engine::setup how;
  how.options.rules.producer_limit_per_minute = 1;
  engine at{how};
  raw_client aut{at.port()};
  const auto ask = [&](std::string_view token) {
    return aut.ask("GET", inbox + "/unread-count", std::string{token});
  };
  const auto first = ask(engine::service);
  CAF_CHECK_EQUAL(first.headers.at("ratelimit-policy"), R"("producer";q=1;w=60)");
  const auto refused = ask(engine::service);
  CAF_CHECK_EQUAL(refused.status, 429);
  CAF_CHECK_EQUAL(refused.headers.at("content-type"), "application/problem+json");
  CAF_CHECK_EQUAL(refused.headers.at("ratelimit"), R"("producer";r=0;t=60)");
  CAF_CHECK_EQUAL(ask(at.token("p", {"publish"})).status, 200);
  for (int i = 0; i < 3; ++i) {
    const auto free = ask(at.token("root", {"admin"}));
    CAF_CHECK_EQUAL(free.status, 200);
    CAF_CHECK(!free.headers.contains("ratelimit"));
  }
  server_rules fresh;
  fresh.producer_limit_per_minute = 3;
  at.serving().use(fresh);
  CAF_CHECK_EQUAL(ask(engine::service).status, 200);
}

}  // namespace http_limits_suite
