#define CAF_SUITE session

#include "actors/session.hpp"

#include <nlohmann/json.hpp>

#include "tests/actors/session_fixture.hpp"

namespace session_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const std::string id_text = "notif-00000000-0000-0000-0000-000000000000";
const std::string sync_text =
  R"({"event":"notification:sync","data":{"ids":[")" + id_text + R"("],"is_read":true}})";

std::string unread(std::int64_t n) {
  return R"({"event":"unread_count","data":{"unread_count":)" + std::to_string(n) + "}}";
}

std::string code_of(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return json.at("event") == "error" ? json.at("data").at("code").get<std::string>() : "";
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, session_fixture)

CAF_TEST(a plain connection is live at once and gets nothing but notifications) {
  write(3);
  open();
  const auto one = connect(user("u"), frame_format::plain);
  post();
  tell_change(mark_kind::read, 0, 1);
  CAF_CHECK_EQUAL(one->log, texts{"#4"});
}

CAF_TEST(hello comes first with the head and the count) {
  write(3);
  house.storage->unread = 2;
  open();
  const auto one = house.connect(user("u"), frame_format::envelope);
  house.post({"u", "", ""});
  tell_change(mark_kind::read, 0, 7);
  CAF_CHECK_EQUAL(one->log, (texts{hello(one, 3, 2), sync_text, unread(7), "#4"}));
  CAF_CHECK(one->session != nullptr);
}

CAF_TEST(an event of the user s goes to those who know events and to nobody else) {
  open();
  const auto one = connect(user("u"));
  const auto plain = connect(user("u"), frame_format::plain);
  const auto other = connect(user("v"));
  caf::anon_send(house.presence, std::make_shared<const personal_event>(
                                   personal_event{"u", {"bulk_progress", "{}"}}));
  sched.run();
  CAF_CHECK_EQUAL(one->log.back(), R"({"event":"bulk_progress","data":{}})");
  CAF_CHECK(plain->log.empty());
  CAF_CHECK_EQUAL(other->log.size(), 1u);
}

CAF_TEST(without storage a connection is closed to try again) {
  write(3);
  open();
  house.storage->away = true;
  const auto fresh = connect(user("u"));
  const auto resuming = connect(user("u"), frame_format::plain, 1);
  const auto live = connect(user("u"), frame_format::plain);
  CAF_CHECK(fresh->closed == close_code::try_again_later);
  CAF_CHECK(resuming->closed == close_code::try_again_later);
  CAF_CHECK(live->closed == close_code::try_again_later);
}

CAF_TEST(a read is acknowledged with the count and the next message may come) {
  open();
  const auto one = connect(user("u"));
  command(one, command_kind::read, id_text);
  CAF_REQUIRE_EQUAL(house.storage->marks.size(), 1u);
  CAF_CHECK(last_mark().single);
  CAF_CHECK_EQUAL(last_mark().origin, one->id());
  CAF_CHECK(last_mark().ids == std::vector{notification_id{}});
  CAF_CHECK_EQUAL(one->resumed, 0);
  last_mark().reply(marked{1, {notification_id{}}, 4, from_millis(0)});
  sched.run();
  CAF_CHECK_EQUAL(one->resumed, 1);
  CAF_REQUIRE_EQUAL(one->log.size(), 3u);
  CAF_CHECK_EQUAL(one->log[1], R"({"event":"notification:read:ack","data":{"notificationId":")"
                                 + id_text + R"(","timestamp":"1970-01-01T00:00:00.000Z"}})");
  CAF_CHECK_EQUAL(one->log[2], unread(4));
}

CAF_TEST(read - all answers with the count in plain mode too) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  command(one, command_kind::read_all);
  CAF_CHECK(last_mark().kind == mark_kind::read_all);
  last_mark().reply(marked{3, {}, 0, from_millis(0)});
  sched.run();
  CAF_CHECK_EQUAL(one->log, texts{unread(0)});
  CAF_CHECK_EQUAL(one->resumed, 1);
}

CAF_TEST(a change shows on the other devices and not on the one that made it) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto plain = connect(user("u"), frame_format::plain);
  const auto other = connect(user("v"));
  tell_change(mark_kind::read, one->id(), 4);
  CAF_CHECK_EQUAL(one->log.size(), 1u);
  CAF_CHECK_EQUAL(two->log.size(), 3u);
  CAF_CHECK_EQUAL(two->log[1], sync_text);
  CAF_CHECK_EQUAL(two->log[2], unread(4));
  tell_change(mark_kind::read_all, 0, 0);
  CAF_CHECK_EQUAL(one->log[1], sync_text);
  tell_change(mark_kind::remove, 0, 0);
  CAF_CHECK_EQUAL(one->log[3], R"({"event":"notification:sync","data":{"ids":[")" + id_text
                                 + R"("],"deleted":true}})");
  CAF_CHECK(plain->log.empty());
  CAF_CHECK_EQUAL(other->log.size(), 1u);
}

CAF_TEST(a refusal is told aloud) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  command(one, command_kind::read, "no id");
  command(one, command_kind::subscribe, "weather");
  command(one, command_kind::read, id_text);
  last_mark().reply(error{errc::not_found, "there is no such notification"});
  sched.run();
  command(one, command_kind::read, id_text);
  house.storage->marks.clear();  // dropped unanswered
  sched.run();
  CAF_CHECK_EQUAL(one->resumed, 4);
  CAF_REQUIRE_EQUAL(one->log.size(), 4u);
  CAF_CHECK_EQUAL(code_of(one->log[0]), "not_found");
  CAF_CHECK_EQUAL(code_of(one->log[1]), "invalid");
  CAF_CHECK_EQUAL(code_of(one->log[2]), "not_found");
  CAF_CHECK_EQUAL(code_of(one->log[3]), "internal");
}

CAF_TEST(a failing session closes its own connections with 1011 and no others) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto other = connect(user("v"), frame_format::plain);
  throw_in("session");
  house.command(one, command_kind::read_all);
  // On its way to the session that is about to fail.
  const auto late = house.connect(user("u"));
  sched.run();
  CAF_CHECK(one->closed == close_code::internal_error);
  CAF_CHECK(two->closed == close_code::internal_error);
  CAF_CHECK(late->closed == close_code::internal_error || late->session != nullptr);
  CAF_CHECK(!other->closed);
  CAF_CHECK(house.failures.empty());
  CAF_CHECK_EQUAL(house.counts.restarts["session"], 1);
  CAF_CHECK_EQUAL(house.counts.users, 1);
  house.disconnect(one);
  const auto back = connect(user("u"), frame_format::plain);
  house.post({"", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(back->seqs(), seqs{1});
  CAF_CHECK_EQUAL(other->seqs(), seqs{1});
}

CAF_TEST(a session ends with its last connection) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto session = caf::actor_cast<caf::strong_actor_ptr>(one->session);
  house.disconnect(one);
  sched.run();
  CAF_CHECK(
    !caf::actor_cast<caf::abstract_actor*>(session)->getf(caf::abstract_actor::is_terminated_flag));
  house.disconnect(two);
  sched.run();
  CAF_CHECK(
    caf::actor_cast<caf::abstract_actor*>(session)->getf(caf::abstract_actor::is_terminated_flag));
  CAF_CHECK(!one->closed && !two->closed);
}

CAF_TEST(pushes of events to those who are here are noted together) {
  open();
  const auto one = connect(user("u"));
  const auto happened = [&](audience to) {
    auto row = std::make_shared<notification>(*house.write(std::move(to)));
    row->id = notification_id{uuid_source{}.next(from_millis(0))};
    row->event = event_id{row->id.value};
    return house.storage->rows.back() = row;
  };
  const auto first = happened({"u", "", ""});
  const auto away = happened({"v", "", ""});
  const auto shared = happened({"", "", ""});
  const auto second = happened({"u", "", ""});
  house.release({first, away, shared, second, house.write({"u", "", ""})});
  sched.run();
  CAF_REQUIRE_EQUAL(house.storage->marks.size(), 1u);
  const auto& noted = std::get<push_note>(house.storage->marks[0]->what);
  CAF_CHECK((noted.ids == std::vector{first->id, second->id}));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace session_suite
