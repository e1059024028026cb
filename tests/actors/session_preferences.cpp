#define CAF_SUITE session_preferences

#include "actors/session.hpp"

#include "tests/actors/session_fixture.hpp"

namespace session_preferences_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const auto v1 = frame_format::envelope;

preferences_ptr off_from(std::string source) {
  preferences out;
  out.rules = {{.source = std::move(source), .enabled = false}};
  return std::make_shared<const preferences>(std::move(out));
}

/// No push at all.
const auto nothing = off_from("");
const auto everything = std::make_shared<const preferences>();

struct fixture : session_fixture {
  void tell(std::int64_t since, preferences_ptr what, const std::string& user = "u") {
    caf::anon_send(house.presence, std::make_shared<const preferences_change>(
                                     preferences_change{user, {since, std::move(what)}}));
  }

  /// Answers what storage was asked for and did not answer.
  void answer_held(result<std::vector<preferences_version>> with) {
    for (auto& x : std::exchange(house.storage->held, {}))
      std::get<read_preferences>(x->what).reply(with);
    sched.run();
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(session_preferences_tests, fixture)

CAF_TEST(what the preferences of a user suppress is pushed to none of their connections) {
  house.storage->preferences = {{0, nothing}};
  open();
  const auto plain = connect(user("u"), frame_format::plain);
  const auto enveloped = connect(user("u"));
  post(2);
  CAF_CHECK(plain->seqs().empty());
  CAF_CHECK(enveloped->seqs().empty());
  CAF_CHECK_EQUAL(enveloped->log.size(), 1u);
}

CAF_TEST(others get what one user does not want) {
  open();
  tell(0, nothing, "v");
  const auto one = connect(user("u"), frame_format::plain);
  const auto two = connect(user("v"), frame_format::plain);
  tell(0, nothing, "v");
  house.post({"", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), seqs{1});
  CAF_CHECK(two->seqs().empty());
}

CAF_TEST(a change holds for what follows it and for nothing before) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  const auto first = house.write({"u", "", ""});
  const auto second = house.write({"u", "", ""});
  tell(1, nothing);
  house.release({first, second});
  house.post({"u", "", ""});
  tell(3, everything);
  house.post({"u", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 4}));
}

CAF_TEST(of rows that come together only the suppressed ones are left out) {
  house.storage->preferences = {{0, off_from("noise")}};
  open();
  const auto one = connect(user("u"));
  std::vector<notification_ptr> rows;
  for (std::int64_t i = 1; i <= 4; ++i) {
    auto row = std::make_shared<notification>(*house.write({"u", "", ""}));
    row->source = i % 2 == 0 ? "noise" : "news";
    rows.push_back(row);
  }
  house.release(std::move(rows));
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 3}));
}

CAF_TEST(a push keeps its weight while a part of it is on its way) {
  house.storage->preferences = {{0, off_from("noise")}};
  house.open({.max_receivers = 1});
  sched.run();
  const auto one = connect(user("u"), frame_format::plain);
  one->keep = true;
  auto noise = std::make_shared<notification>(*house.write({"u", "", ""}));
  noise->source = "noise";
  const auto news = house.write({"u", "", ""});
  house.release({noise, news});
  sched.run();
  post();
  CAF_CHECK_EQUAL(one->seqs(), seqs{2});
  one->kept.clear();
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{2, 3}));
}

CAF_TEST(nothing is pushed before the preferences are known) {
  house.storage->holds_preferences = true;
  open();
  const auto plain = connect(user("u"), frame_format::plain);
  const auto enveloped = connect(user("u"), v1);
  post(2);
  CAF_CHECK(plain->log.empty());
  CAF_CHECK(enveloped->seqs().empty());
  CAF_REQUIRE_EQUAL(house.storage->held.size(), 1u);
  const auto& asked = std::get<read_preferences>(house.storage->held[0]->what);
  CAF_CHECK_EQUAL(asked.user_id, "u");
  CAF_CHECK_EQUAL(asked.after, 0);
  answer_held(std::vector<preferences_version>{{1, nothing}});
  CAF_CHECK_EQUAL(plain->seqs(), seqs{1});
  CAF_CHECK_EQUAL(enveloped->seqs(), seqs{1});
  tell(2, everything);
  post();
  CAF_CHECK_EQUAL(plain->seqs(), (seqs{1, 3}));
  CAF_CHECK_EQUAL(enveloped->seqs(), (seqs{1, 3}));
}

CAF_TEST(a change that came before the answer of storage stays) {
  house.storage->holds_preferences = true;
  open();
  const auto one = connect(user("u"), frame_format::plain);
  tell(0, nothing);
  post();
  answer_held(std::vector<preferences_version>{{0, everything}});
  post();
  CAF_CHECK(one->seqs().empty());
}

CAF_TEST(more than may wait for the preferences is read from storage) {
  house.storage->holds_preferences = true;
  house.storage->preferences = {{10, nothing}, {590, everything}};
  open();
  const auto one = connect(user("u"), frame_format::plain);
  post(600);
  answer_held(house.storage->preferences);
  auto wanted = from_to(1, 10);
  for (std::int64_t i = 591; i <= 600; ++i)
    wanted.push_back(i);
  CAF_CHECK_EQUAL(one->seqs(), wanted);
}

CAF_TEST(a replay and the live rows behind it agree) {
  write(4);
  house.storage->preferences = {{1, nothing}, {3, everything}};
  open();
  const auto one = connect(user("u"), frame_format::plain, 0);
  post();
  tell(5, nothing);
  post();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 4, 5}));
}

CAF_TEST(a session whose preferences cannot be read is closed and the next one asks again) {
  house.storage->holds_preferences = true;
  open();
  const auto one = connect(user("u"), frame_format::plain);
  answer_held(error{errc::unavailable, "the store is away"});
  CAF_CHECK(one->closed == close_code::try_again_later);
  house.storage->holds_preferences = false;
  house.storage->preferences = {{0, nothing}};
  const auto two = connect(user("u"), frame_format::plain);
  post();
  CAF_CHECK(!two->closed);
  CAF_CHECK(two->seqs().empty());
}

CAF_TEST(after persistence restarted the preferences are read again) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  house.storage->preferences = {{0, nothing}};
  caf::anon_send(house.presence, reread{});
  sched.run();
  post();
  CAF_CHECK(one->seqs().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace session_preferences_suite
