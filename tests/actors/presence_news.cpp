#define CAF_SUITE presence_news

#include "actors/presence.hpp"

#include "tests/actors/session_fixture.hpp"

namespace presence_news_suite {

using namespace carillon;
using namespace carillon::tests;
using namespace std::chrono_literals;

namespace {

const auto v1 = frame_format::envelope;

std::string told(const std::string& who, bool online) {
  return R"({"event":"user:)" + std::string{online ? "online" : "offline"}
         + R"(","data":{"userId":")" + who + R"("}})";
}

struct fixture : session_fixture {
  void open(presence_news news) {
    presence_options how;
    how.news = news;
    house.open(std::move(how));
    sched.run();
  }

  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      advance_time(1s);
      sched.run();
    }
  }

  /// What it heard behind its hello.
  static texts heard(const recorder_ptr& who) {
    CAF_REQUIRE(!who->log.empty());
    CAF_CHECK(who->log.front().starts_with(R"({"event":"hello")"));
    return {who->log.begin() + 1, who->log.end()};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(presence_news_tests, fixture)

CAF_TEST(told to all it reaches everybody who can hear it without a word) {
  open(presence_news::to_all);
  const auto one = connect(user("a"), v1);
  const auto stream = connect(user("b"), frame_format::sse);
  const auto plain = connect(user("c"), frame_format::plain);
  CAF_CHECK_EQUAL(heard(one), (texts{told("b", true), told("c", true)}));
  CAF_CHECK_EQUAL(heard(stream), texts{told("c", true)});
  CAF_CHECK(plain->log.empty());
  house.disconnect(plain);
  pass(11);
  CAF_CHECK_EQUAL(heard(stream), (texts{told("c", true), told("c", false)}));
}

CAF_TEST(who does not want to hear it says so) {
  open(presence_news::to_all);
  const auto one = connect(user("a"), v1);
  command(one, command_kind::unsubscribe, "presence");
  connect(user("b"), v1);
  CAF_CHECK_EQUAL(heard(one), texts{});
  command(one, command_kind::subscribe, "presence");
  connect(user("c"), v1);
  CAF_CHECK_EQUAL(heard(one), texts{told("c", true)});
}

CAF_TEST(told to nobody it cannot be subscribed to) {
  open(presence_news::to_nobody);
  auto boss = user("boss");
  boss.is_admin = true;
  const auto one = connect(std::move(boss), v1);
  command(one, command_kind::subscribe, "presence");
  CAF_CHECK_EQUAL(heard(one), texts{R"({"event":"error","data":{"code":"forbidden",)"
                                    R"("message":"presence is told to nobody here"}})"});
  connect(user("b"), v1);
  CAF_CHECK_EQUAL(one->log.size(), 2u);
}

CAF_TEST(ten thousand users who come back cost no more than so many times ten) {
  open(presence_news::to_all);
  constexpr int users = 10'000;
  constexpr int at_once = 100;
  std::vector<recorder_ptr> all;
  for (int i = 0; i < users; i += at_once) {
    for (int k = i; k < i + at_once; ++k)
      all.push_back(house.connect(user("u" + std::to_string(k)), v1));
    sched.run();
  }
  pass(3);
  std::size_t told = 0;
  const std::string changed =
    R"({"event":"presence:changed","data":{"online":)" + std::to_string(users) + "}}";
  for (const auto& each : all) {
    const auto news = heard(each);
    told += news.size();
    CAF_REQUIRE(!news.empty());
    CAF_REQUIRE_EQUAL(news.back(), changed);
  }
  CAF_CHECK(told <= 10 * users);
  // Later a single user is news again.
  connect(user("late"), v1);
  CAF_CHECK_EQUAL(all.back()->log.back(), R"({"event":"user:online","data":{"userId":"late"}})");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace presence_news_suite
