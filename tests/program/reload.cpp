#define CAF_SUITE reload

#include "bin/reload.hpp"

#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

namespace reload_suite {

using namespace carillon;

namespace {

struct fixture : tests::config_fixture {
  config of(const std::string& content) {
    auto read = this->read(content);
    CAF_REQUIRE(read.has_value());
    return *read;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(reload_tests, fixture)

CAF_TEST(what can change is taken over and the rest is named) {
  auto running = of("[log]\nlevel = \"info\"\n");
  auto plan = plan_reload(running, of("[log]\nlevel = \"debug\"\n[server]\nio_threads = 2\n"
                                      "[channels.x]\ntype = \"log\"\n[[routes]]\nevent = \"a\"\n"));
  CAF_CHECK_EQUAL(plan.next.log.level, "debug");
  CAF_CHECK_EQUAL(plan.next.routes.size(), 1u);
  CAF_CHECK_EQUAL(plan.next.server.io_threads, 0);
  CAF_CHECK_EQUAL(plan.changed, (std::vector<std::string>{"log.level", "routes", "channels.x"}));
  CAF_CHECK_EQUAL(plan.later, (std::vector<std::string>{"server.io_threads"}));
}

CAF_TEST(sinks are read at the start) {
  const std::string hook = "[sinks.a]\ntype = \"webhook\"\nurl = \"http://h/\"\n";
  CAF_CHECK_EQUAL(plan_reload(of(""), of(hook)).later, std::vector<std::string>{"sinks.a"});
  CAF_CHECK_EQUAL(plan_reload(of(hook), of("")).later, std::vector<std::string>{"sinks.a"});
  auto plan = plan_reload(of(hook), of(hook + "events = [\"notification.dead\"]\n"));
  CAF_CHECK_EQUAL(plan.later, std::vector<std::string>{"sinks.a"});
  CAF_CHECK(plan.next.sinks.at("a").sent);
  CAF_CHECK(plan_reload(of(hook), of(hook)).later.empty());
}

CAF_TEST(who may ask is taken over) {
  auto plan = plan_reload(
    of("[auth]\njwt_secret = \"a\"\n"),
    of("[server]\nrequest_limit_per_minute = 7\nproducer_limit_per_minute = 8\n"
       "allowed_origins = [\"https://a.example\"]\nmetrics_token = \"m\"\nshutdown_seconds = 3\n"
       "[auth]\njwt_secret = \"b\"\n[[auth.service_tokens]]\nname = \"s\"\ntoken = \"t\"\n"));
  CAF_CHECK_EQUAL(plan.next.server.request_limit_per_minute, 7);
  CAF_CHECK_EQUAL(plan.next.server.producer_limit_per_minute, 8);
  CAF_CHECK_EQUAL(plan.next.server.allowed_origins, std::vector<std::string>{"https://a.example"});
  CAF_CHECK_EQUAL(plan.next.server.metrics_token, "m");
  CAF_CHECK_EQUAL(plan.next.server.shutdown_seconds, 3);
  CAF_CHECK_EQUAL(plan.next.auth.jwt_secret, "b");
  CAF_CHECK_EQUAL(plan.next.auth.service_tokens.size(), 1u);
  CAF_CHECK_EQUAL(plan.changed.size(), 7u);
  CAF_CHECK(plan.later.empty());
}

CAF_TEST(nothing new changes nothing) {
  const std::string content =
    "[[auth.service_tokens]]\nname = \"s\"\ntoken = \"t\"\n"
    "[channels.x]\ntype = \"log\"\n[[routes]]\nevent = \"a\"\n"
    "when = \"data.n > 1\"\naudience = { role = \"r\" }\n";
  auto plan = plan_reload(of(content), of(content));
  CAF_CHECK(plan.changed.empty());
  CAF_CHECK(plan.later.empty());
}

CAF_TEST(channels come go and change) {
  auto plan = plan_reload(of("[channels.a]\ntype = \"log\"\n[channels.b]\ntype = \"log\"\n"
                             "[channels.c]\ntype = \"log\"\n"),
                          of("[channels.b]\ntype = \"log\"\nrate = \"1/s\"\n"
                             "[channels.c]\ntype = \"log\"\n[channels.d]\ntype = \"log\"\n"
                             "[[routes]]\nevent = \"a\"\nchannels = [\"d\"]\n"));
  CAF_CHECK_EQUAL(plan.changed,
                  (std::vector<std::string>{"routes", "channels.b", "channels.d", "channels.a"}));
  CAF_CHECK(plan.later.empty());
  CAF_CHECK(!plan.next.channels.contains("a"));
  CAF_CHECK_EQUAL(plan.next.channels.at("b").rate->count, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace reload_suite
