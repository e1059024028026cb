#define CAF_SUITE answers

#include "protocol/codec/delivery.hpp"
#include "protocol/codec/notification.hpp"
#include "protocol/codec/problem.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <utility>

#include "tests/caf_test.hpp"

namespace answers_suite {

using namespace carillon;
using json = nlohmann::ordered_json;

namespace {

constexpr auto now = from_millis(1'771'583'400'007);
constexpr const char* uuid_text = "018bcfe5-6800-7abc-8def-0123456789ab";

notification plain() {
  notification out;
  out.id = {*parse_uuid(uuid_text)};
  out.title = "库存\"预警\"";
  out.message = "a\nb";
  out.created_at = now;
  return out;
}

std::string text_of(const notification& x, std::optional<timestamp> read_at = {}) {
  std::string out;
  codec::append_notification(out, x, read_at);
  return out;
}

delivery sent() {
  delivery out;
  out.id = {*parse_uuid(uuid_text)};
  out.event = event_id{out.id.value};
  out.channel = "email";
  out.recipient = "a@b.c";
  out.content.type = "order.paid";
  out.due_at = now;
  out.created_at = now;
  return out;
}

json json_of(const delivery& x) {
  std::string out;
  codec::append_delivery(out, x);
  return json::parse(out);
}

}  // namespace

CAF_TEST(a bare notification has every member in order) {
  CAF_CHECK_EQUAL(
    text_of(plain()),
    R"({"id":"notif-018bcfe5-6800-7abc-8def-0123456789ab","title":"库存\"预警\"",)"
    R"("message":"a\nb","type":"info","priority":"normal","user_id":null,"role":null,)"
    R"("store_id":null,"is_read":false,"read_at":null,"extra_data":null,"source":null,)"
    R"("group_key":null,"created_at":"2026-02-20T10:30:00.007Z","expires_at":null,"seq":null})");
}

CAF_TEST(a full notification shows what it has) {
  auto x = plain();
  x.type = notification_type::alert;
  x.priority = priority::urgent;
  x.to = {"u", "", ""};
  x.extra_data = R"({"n":9223372036854775807})";
  x.source = "s";
  x.group_key = "g";
  x.expires_at = now;
  x.seq = 42;
  const auto shown = json::parse(text_of(x, now));
  CAF_CHECK_EQUAL(shown["type"], "alert");
  CAF_CHECK_EQUAL(shown["user_id"], "u");
  CAF_CHECK_EQUAL(shown["is_read"], true);
  CAF_CHECK_EQUAL(shown["read_at"], "2026-02-20T10:30:00.007Z");
  CAF_CHECK_EQUAL(shown["extra_data"].dump(), x.extra_data);
  CAF_CHECK_EQUAL(shown["expires_at"], "2026-02-20T10:30:00.007Z");
  CAF_CHECK_EQUAL(shown["seq"], 42);
}

CAF_TEST(only a duplicate says so) {
  CAF_CHECK_EQUAL(codec::created_json(plain(), false), text_of(plain()));
  const auto shown = json::parse(codec::created_json(plain(), true));
  CAF_CHECK_EQUAL(shown["duplicate"], true);
  CAF_CHECK_EQUAL(shown.size(), 17u);
}

CAF_TEST(a delivery has every member of the contract) {
  const auto shown = json_of(sent());
  for (const char* name : {"id",
                           "event_id",
                           "notification_id",
                           "channel",
                           "recipient",
                           "status",
                           "priority",
                           "attempts",
                           "max_attempts",
                           "next_attempt_at",
                           "last_error",
                           "error_class",
                           "provider_message_id",
                           "trace_id",
                           "failover_of",
                           "failed_over_to",
                           "created_at",
                           "sent_at",
                           "user_id",
                           "event_type",
                           "reason"})
    CAF_CHECK(shown.contains(name));
  CAF_CHECK_EQUAL(shown["id"], std::string{"dlv-"} + uuid_text);
  CAF_CHECK_EQUAL(shown["event_id"], std::string{"evt-"} + uuid_text);
  CAF_CHECK_EQUAL(shown["event_type"], "order.paid");
  CAF_CHECK(shown["notification_id"].is_null());
  CAF_CHECK(shown["error_class"].is_null());
  CAF_CHECK(shown["sent_at"].is_null());
  CAF_CHECK_EQUAL(shown["next_attempt_at"], "2026-02-20T10:30:00.007Z");
}

CAF_TEST(only what waits has a next attempt) {
  auto x = sent();
  for (auto status : {delivery_status::pending, delivery_status::retrying}) {
    x.status = status;
    CAF_CHECK(json_of(x)["next_attempt_at"].is_string());
  }
  for (auto status : {delivery_status::delivering, delivery_status::delivered,
                      delivery_status::dead, delivery_status::skipped}) {
    x.status = status;
    CAF_CHECK(json_of(x)["next_attempt_at"].is_null());
  }
}

CAF_TEST(a story has all attempts) {
  auto x = std::make_shared<delivery>(sent());
  x->error_class = error_class::transient;
  const attempt first{1,
                      now,
                      milliseconds{12},
                      delivery_status::retrying,
                      error_class::transient,
                      "503",
                      "down \"for\" a while"};
  const attempt second{2,     now, milliseconds{5}, delivery_status::delivered, error_class::none,
                       "200", ""};
  const auto shown = json::parse(codec::delivery_story_json({x, {first, second}}));
  CAF_CHECK_EQUAL(shown["error_class"], "transient");
  CAF_REQUIRE_EQUAL(shown["attempt_log"].size(), 2u);
  CAF_CHECK_EQUAL(shown["attempt_log"][0].dump(),
                  R"({"number":1,"started_at":"2026-02-20T10:30:00.007Z","duration_ms":12,)"
                  R"("outcome":"retrying","error_class":"transient","provider_code":"503",)"
                  R"("excerpt":"down \"for\" a while"})");
  CAF_CHECK(shown["attempt_log"][1]["error_class"].is_null());
  CAF_CHECK_EQUAL(json::parse(codec::delivery_story_json({x, {}}))["attempt_log"].dump(), "[]");
}

CAF_TEST(an accepted event lists its rows and deliveries) {
  auto row = std::make_shared<delivery>();
  row->channel = "system";
  row->status = delivery_status::delivered;
  row->notification = notification_id{*parse_uuid(uuid_text)};
  accepted done;
  done.id = {*parse_uuid(uuid_text)};
  done.deliveries = {row, std::make_shared<delivery>(sent())};
  auto shown = json::parse(codec::accepted_json(done));
  CAF_CHECK_EQUAL(shown["event_id"], std::string{"evt-"} + uuid_text);
  CAF_CHECK_EQUAL(shown["status"], "accepted");
  CAF_CHECK(shown["deliveries"][0]["id"].is_null());
  CAF_CHECK_EQUAL(shown["deliveries"][0]["status"], "delivered");
  CAF_CHECK_EQUAL(shown["deliveries"][0]["notification_id"], std::string{"notif-"} + uuid_text);
  CAF_CHECK_EQUAL(shown["deliveries"][1]["channel"], "email");
  done.duplicate = true;
  done.deliveries.clear();
  shown = json::parse(codec::accepted_json(done));
  CAF_CHECK_EQUAL(shown["status"], "duplicate");
  CAF_CHECK_EQUAL(shown["deliveries"].dump(), "[]");
}

CAF_TEST(a problem names its kind and all faults) {
  const error why{errc::invalid, "it breaks rules", {{"/title", "is required"}, {"/a", "\"b\""}}};
  CAF_CHECK_EQUAL(codec::problem_json(why, 422, "t1"),
                  R"({"type":"urn:carillon:problem:invalid","title":"The request breaks a rule",)"
                  R"("status":422,"detail":"it breaks rules","errors":[{"path":"/title",)"
                  R"("message":"is required"},{"path":"/a","message":"\"b\""}],"trace_id":"t1"})");
}

CAF_TEST(a problem always has its four members and only the others it needs) {
  const auto shown = json::parse(codec::problem_json(error{errc::internal}, 500, ""));
  CAF_CHECK_EQUAL(shown.size(), 4u);
  CAF_CHECK_EQUAL(shown["detail"], shown["title"]);
  const auto bad = json::parse(codec::problem_json(error{errc::malformed, "\xff", {}}, 400, ""));
  CAF_CHECK_EQUAL(bad["detail"], bad["title"]);
}

CAF_TEST(every kind has a status and a name of its own) {
  constexpr std::pair<errc, int> kinds[] = {{errc::malformed, 400},   {errc::unauthorized, 401},
                                            {errc::forbidden, 403},   {errc::not_found, 404},
                                            {errc::conflict, 409},    {errc::too_large, 413},
                                            {errc::invalid, 422},     {errc::busy, 503},
                                            {errc::unavailable, 503}, {errc::internal, 500}};
  std::set<std::string> names;
  for (const auto& [code, status] : kinds) {
    CAF_CHECK_EQUAL(codec::status_of(code), status);
    names.insert(json::parse(codec::problem_json(error{code}, status, ""))["type"]);
  }
  CAF_CHECK_EQUAL(names.size(), std::size(kinds));
  for (int finer : {405, 408, 415, 426, 429, 431})
    names.insert(json::parse(codec::problem_json(error{errc::malformed}, finer, ""))["type"]);
  CAF_CHECK_EQUAL(names.size(), std::size(kinds) + 6);
}

}  // namespace answers_suite
