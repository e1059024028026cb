#define CAF_SUITE reload

#include "bin/reload.hpp"

#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

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

CAF_TEST(routes and the log level are taken over and the rest is named) {
  auto running = of("[log]\nlevel = \"info\"\n");
  auto plan = plan_reload(running, of("[log]\nlevel = \"debug\"\n[server]\nio_threads = 2\n"
                                      "[channels.x]\ntype = \"log\"\n[[routes]]\nevent = \"a\"\n"));
  CAF_REQUIRE(plan.has_value());
  CAF_CHECK_EQUAL(plan->next.log.level, "debug");
  CAF_CHECK_EQUAL(plan->next.routes.size(), 1u);
  CAF_CHECK_EQUAL(plan->next.server.io_threads, 0);
  CAF_CHECK_EQUAL(plan->later, (std::vector<std::string>{"server.io_threads", "channels.x"}));
}

CAF_TEST(a route to a channel that does not run refuses the whole) {
  auto plan = plan_reload(of(""), of("[channels.x]\ntype = \"log\"\n[[routes]]\nevent = \"a\"\n"
                                     "channels = [\"x\"]\n"));
  CAF_REQUIRE(!plan.has_value());
  CAF_CHECK(plan.error().code == errc::conflict);
}

CAF_TEST_FIXTURE_SCOPE_END()
