#define CAF_SUITE drafts

#include "protocol/codec/drafts.hpp"

#include <string>

#include "tests/protocol/faults.hpp"

#include "tests/caf_test.hpp"

namespace drafts_suite {

using namespace carillon;
using codec::decode_batch;
using codec::decode_ids;
using codec::decode_notification;
using tests::faults_of;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

std::string repeat(std::string_view what, std::size_t times) {
  std::string out;
  for (; times > 0; --times)
    out += what;
  return out;
}

/// A valid body with that text among its members.
std::string with(std::string_view members) {
  return R"({"title":"t","message":"m",)" + std::string{members} + "}";
}

notification_draft accepted(std::string_view body) {
  auto draft = decode_notification(body, now);
  if (!draft)
    CAF_FAIL(body.substr(0, 100) << ": " << draft.error().detail);
  return *draft;
}

std::string faults_in(std::string_view body) {
  return faults_of(decode_notification(body, now));
}

}  // namespace

CAF_TEST(a body becomes a draft member by member) {
  const auto draft = accepted(R"({"title":"库存预警","message":"剩 5kg","type":"warning",
    "priority":"high","user_id":"user-1","extra_data":{"n":5},"source":"inventory",
    "group_key":"g","dedupe_key":"d","expires_at":"2026-02-21T00:00:00Z",
    "deliver_at":"2026-02-20T18:30:00+08:00","channels":["system","email"],"locale":"zh-CN"})");
  const auto& x = draft.what;
  CAF_CHECK_EQUAL(x.title, "库存预警");
  CAF_CHECK_EQUAL(x.message, "剩 5kg");
  CAF_CHECK(x.type == notification_type::warning);
  CAF_CHECK(x.priority == priority::high);
  CAF_CHECK_EQUAL(x.to.user_id, "user-1");
  CAF_CHECK_EQUAL(x.extra_data, R"({"n":5})");
  CAF_CHECK_EQUAL(x.source, "inventory");
  CAF_CHECK_EQUAL(x.group_key, "g");
  CAF_CHECK_EQUAL(x.dedupe_key, "d");
  CAF_CHECK(x.expires_at == from_millis(1'771'632'000'000));
  CAF_CHECK(x.deliver_at == now);
  CAF_CHECK(x.created_at == now);
  CAF_CHECK(draft.channels == std::vector<std::string>({"system", "email"}));
  CAF_CHECK_EQUAL(draft.locale, "zh-CN");
}

CAF_TEST(what is left out or null has its default) {
  for (const auto& body : {std::string{R"({"title":"t","message":""})"},
                           with(R"("type":null,"priority":null,"user_id":null,"role":null,
    "store_id":null,"extra_data":null,"source":null,"group_key":null,"dedupe_key":null,
    "channels":null,"locale":null,"deliver_at":null,"expires_at":null)")}) {
    const auto draft = accepted(body);
    CAF_CHECK(draft.what.type == notification_type::info);
    CAF_CHECK(draft.what.priority == priority::normal);
    CAF_CHECK(draft.what.to.broadcast());
    CAF_CHECK_EQUAL(draft.what.extra_data, "");
    CAF_CHECK(!draft.what.expires_at && !draft.what.deliver_at);
    CAF_CHECK(draft.channels == std::vector<std::string>{"system"});
  }
}

CAF_TEST(a user wins over role and store) {
  const auto both = accepted(with(R"("user_id":"u","role":"r","store_id":"s")")).what.to;
  CAF_CHECK(both == audience({"u", "", ""}));
  const auto none = accepted(with(R"("user_id":null,"role":"r","store_id":"s")")).what.to;
  CAF_CHECK(none == audience({"", "r", "s"}));
}

CAF_TEST(an empty audience member is not everybody) {
  CAF_CHECK_EQUAL(faults_in(with(R"("user_id":"","role":"","store_id":"")")),
                  "/role /store_id /user_id");
}

CAF_TEST(the seeds other names are understood) {
  const auto draft = decode_notification(
    with(R"("type":"SYSTEM","channels":["websocket","push","system","app_push","email"])"), now,
    tests::unless_among({"system", "app_push", "email"}));
  CAF_REQUIRE(draft.has_value());
  CAF_CHECK(draft->what.type == notification_type::info);
  CAF_CHECK(draft->channels == std::vector<std::string>({"system", "app_push", "email"}));
}

CAF_TEST(a channel that an operator named so is that one) {
  const auto body = with(R"("channels":["push","websocket"])");
  const auto mine = decode_notification(body, now, tests::unless_among({"push", "app_push"}));
  CAF_CHECK_EQUAL(faults_of(mine), "/channels/1");
  const auto both =
    decode_notification(body, now, tests::unless_among({"push", "app_push", "websocket"}));
  CAF_CHECK(both->channels == std::vector<std::string>({"push", "websocket"}));
}

CAF_TEST(extra data keeps its letters) {
  CAF_CHECK_EQUAL(
    accepted(with(R"("extra_data" : { "z": 9223372036854775807, "a" : 18446744073709551615,
      "f":1.10, "e":1E5, "n":-0.0, "t":[ true , false , null , [ ] , { } ],
      "s":"\u8b66\n\"\\\/", "z":1 })"))
      .what.extra_data,
    "{\"z\":9223372036854775807,\"a\":18446744073709551615,\"f\":1.10,\"e\":1E5,\"n\":-0.0,"
    "\"t\":[true,false,null,[],{}],\"s\":\"警\\n\\\"\\\\/\",\"z\":1}");
}

CAF_TEST(the last of repeated members counts) {
  CAF_CHECK_EQUAL(accepted(with(R"("title":5,"title":"second")")).what.title, "second");
}

CAF_TEST(all faults are told at once) {
  CAF_CHECK_EQUAL(faults_in("{}"), "/message /title");
  CAF_CHECK_EQUAL(
    faults_in(R"({"title":"","message":7,"type":"poem","priority":"p0","user_id":3,"role":"a\nb",
      "store_id":{},"extra_data":[],"source":true,"group_key":"","dedupe_key":"","channels":["a",1,""],
      "locale":[],"deliver_at":"soon","expires_at":5})"),
    "/channels/1 /channels/2 /dedupe_key /deliver_at /expires_at /extra_data /group_key /locale "
    "/message /priority /role /source /store_id /title /type /user_id");
  CAF_CHECK_EQUAL(faults_in(with(R"("channels":[])")), "/channels");
  CAF_CHECK_EQUAL(faults_in(with(R"("channels":"email")")), "/channels");
}

CAF_TEST(each bound holds at its edge) {
  const auto body = [](std::string_view name, const std::string& value) {
    return faults_in(R"({"title":"t","message":"m",")" + std::string{name} + R"(":")" + value
                     + "\"}");
  };
  CAF_CHECK_EQUAL(body("title", repeat("警", 200)), "none");
  CAF_CHECK_EQUAL(body("title", repeat("警", 201)), "/title");
  CAF_CHECK_EQUAL(body("title", repeat("😀", 200)), "none");
  CAF_CHECK_EQUAL(body("message", repeat("警", 10'000)), "none");
  CAF_CHECK_EQUAL(body("message", repeat("警", 10'001)), "/message");
  for (const char* name : {"user_id", "role", "store_id", "source", "group_key", "dedupe_key"}) {
    const auto path = '/' + std::string{name};
    CAF_CHECK_EQUAL(body(name, repeat("x", 128)), "none");
    CAF_CHECK_EQUAL(body(name, repeat("x", 129)), path);
    CAF_CHECK_EQUAL(body(name, repeat("警", 43)), path);
    CAF_CHECK_EQUAL(body(name, "a\\u0000b"), path);
    CAF_CHECK_EQUAL(body(name, "a\\u001fb"), path);
    CAF_CHECK_EQUAL(body(name, "任意文本 with spaces"), "none");
  }
}

CAF_TEST(an object is bounded in bytes) {
  const auto around = std::string_view{R"({"x":""})"}.size();
  const auto of_size = [&](std::size_t size) {
    return faults_in(with(R"("extra_data":{"x":")" + repeat("y", size - around) + "\"}"));
  };
  CAF_CHECK_EQUAL(of_size(65'536), "none");
  CAF_CHECK_EQUAL(of_size(65'537), "/extra_data");
}

CAF_TEST(zero characters are refused where people read and kept in data) {
  CAF_CHECK_EQUAL(faults_in(R"({"title":"a\u0000","message":"\u0000"})"), "/message /title");
  CAF_CHECK_EQUAL(accepted(with(R"("extra_data":{"a":"\u0000"})")).what.extra_data,
                  R"({"a":"\u0000"})");
}

CAF_TEST(what is not JSON is malformed) {
  for (const std::string& body :
       {std::string{}, std::string{"{"}, std::string{"nul"}, std::string{R"({"title":"a"} x)"},
        std::string{R"({"a":01})"}, std::string{R"({"title":"\ud800"})"},
        std::string{R"({"title":"\udc00\ud800"})"}, std::string{"{\"title\":\"\xc3\x28\"}"},
        std::string{"{\"title\":\"\xed\xa0\x80\"}"}, std::string{"{\"a\":1}\0", 8},
        std::string{"{\"a\":\"\n\"}"}, std::string{"{'a':1}"}, std::string{"{\"a\":1,}"},
        repeat("[", 100'000)})
    CAF_CHECK_EQUAL(faults_in(body), "malformed");
}

CAF_TEST(the reason why a body is malformed is told) {
  CAF_CHECK_EQUAL(decode_notification("{\"title\":\"\xff\"}", now).error().detail,
                  "the body is not UTF-8");
  CAF_CHECK_EQUAL(decode_notification("{\"title\":}", now).error().detail,
                  "the body is not JSON: a mistake near byte 10");
  CAF_CHECK_EQUAL(decode_notification(repeat("[", 65), now).error().detail,
                  "the JSON is nested deeper than 64");
}

CAF_TEST(depth counts everywhere) {
  const auto nested = [](std::string_view name, std::size_t depth) {
    return with('"' + std::string{name} + R"(":{"a":)" + repeat("[", depth - 2)
                + repeat("]", depth - 2) + "}");
  };
  CAF_CHECK_EQUAL(faults_in(nested("extra_data", 64)), "none");
  CAF_CHECK_EQUAL(faults_in(nested("extra_data", 65)), "malformed");
  CAF_CHECK_EQUAL(faults_in(nested("unknown", 64)), "/unknown");
  CAF_CHECK_EQUAL(faults_in(nested("unknown", 65)), "malformed");
}

CAF_TEST(JSON of another shape breaks a rule) {
  for (const char* body : {"[]", "7", "null", R"("text")", "[{\"title\":\"t\"}]"})
    CAF_CHECK_EQUAL(faults_in(body), "root");
}

CAF_TEST(a batch is a list of drafts in order) {
  const auto drafts = decode_batch(R"({"other":{"notifications":1},"notifications":[
    {"title":"a","message":"m","extra_data":{"k":[1,{"x":2}]},"channels":["email"]},
    {"title":"b","message":"m"}],"more":[[]]})",
                                   now);
  CAF_REQUIRE(drafts.has_value());
  CAF_REQUIRE_EQUAL(drafts->size(), 2u);
  CAF_CHECK_EQUAL(drafts->at(0).what.extra_data, R"({"k":[1,{"x":2}]})");
  CAF_CHECK(drafts->at(0).channels == std::vector<std::string>{"email"});
  CAF_CHECK_EQUAL(drafts->at(1).what.title, "b");
}

CAF_TEST(a member nobody knows is refused lest one be told as all) {
  CAF_CHECK_EQUAL(faults_in(R"({"title":"","message":"m","user":"u","uesr_id":"u","a/b~c":null})"),
                  "/a~1b~0c /title /uesr_id /user");
  CAF_CHECK_EQUAL(faults_of(decode_batch(
                    R"({"notifications":[{"title":"t","message":"m"},
                        {"title":"t","message":"m","recipient":{"user_id":"u"}}]})",
                    now)),
                  "/notifications/1/recipient");
}

CAF_TEST(a notification may be posted as it was answered) {
  const auto draft = accepted(
    R"({"id":"notif-1","title":"t","message":"m","type":"info","priority":"low","user_id":"u",
        "role":null,"store_id":null,"is_read":true,"read_at":"2026-02-20T10:30:00.000Z",
        "extra_data":null,"source":null,"group_key":null,"created_at":"2026-02-20T10:30:00.000Z",
        "expires_at":null,"seq":7,"suppressed":true,"group_count":2,"group_unread_count":1})");
  CAF_CHECK(draft.what.to == audience({"u", "", ""}));
  CAF_CHECK(draft.what.created_at == now);
  CAF_CHECK_EQUAL(draft.what.seq, 0);
}

CAF_TEST(faults in a batch name their place) {
  const auto in = [](std::string_view body) { return faults_of(decode_batch(body, now)); };
  CAF_CHECK_EQUAL(in(R"({"notifications":[{"title":"a","message":"m"},{"title":""},7]})"),
                  "/notifications/1/message /notifications/1/title /notifications/2");
  CAF_CHECK_EQUAL(in("{}"), "/notifications");
  CAF_CHECK_EQUAL(in(R"({"notifications":{}})"), "/notifications");
  CAF_CHECK_EQUAL(in(R"({"notifications":[]})"), "/notifications");
  CAF_CHECK_EQUAL(in("[]"), "root");
  CAF_CHECK_EQUAL(in("{"), "malformed");
}

CAF_TEST(a batch holds up to a thousand) {
  const auto of_size = [](std::size_t size) {
    auto items = repeat(R"({"title":"t","message":"m"},)", size);
    items.pop_back();
    return decode_batch(R"({"notifications":[)" + items + "]}", now);
  };
  CAF_CHECK_EQUAL(of_size(1000)->size(), 1000u);
  CAF_CHECK_EQUAL(faults_of(of_size(1001)), "/notifications");
}

CAF_TEST(ids that are none are passed over but other types are faults) {
  const auto ids = decode_ids(
    R"({"ids":["notif-018bcfe5-6800-7abc-8def-0123456789ab","poem","",
       "evt-018bcfe5-6800-7abc-8def-0123456789ab"]})");
  CAF_REQUIRE(ids.has_value());
  CAF_REQUIRE_EQUAL(ids->size(), 1u);
  CAF_CHECK_EQUAL(to_text(ids->front()), "notif-018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK(decode_ids(R"({"ids":[]})")->empty());
  CAF_CHECK_EQUAL(faults_of(decode_ids(R"({"ids":[1,"x",null]})")), "/ids/0 /ids/2");
  CAF_CHECK_EQUAL(faults_of(decode_ids(R"({"ids":"x"})")), "/ids");
  CAF_CHECK_EQUAL(faults_of(decode_ids("{}")), "/ids");
  CAF_CHECK_EQUAL(faults_of(decode_ids("[]")), "root");
  CAF_CHECK_EQUAL(faults_of(decode_ids("")), "malformed");
}

CAF_TEST(a channel that is objected to is told with the other faults at its own place) {
  const auto objection = [](const std::string& channel) -> std::string {
    return channel == "system" || channel == "app_push" ? "" : "is not a configured channel";
  };
  const auto in = [&](std::string_view body) {
    return faults_of(decode_notification(body, now, objection));
  };
  CAF_CHECK_EQUAL(in(R"({"title":"","message":"m","channels":["websocket","push","fax",7]})"),
                  "/channels/2 /channels/3 /title");
  CAF_CHECK_EQUAL(in(with(R"("channels":["websocket","push"])")), "none");
  CAF_CHECK_EQUAL(faults_of(decode_batch(R"({"notifications":[{"title":"t","channels":["fax"]}]})",
                                         now, objection)),
                  "/notifications/0/channels/0 /notifications/0/message");
}

CAF_TEST(names are understood as the seeds write them too) {
  const auto draft = accepted(
    R"({"userId":"u","type":"SYSTEM","title":"t","body":"m","channels":["email"],
        "metadata":{"eventType":"user.registered"},"groupKey":"g",
        "deliverAt":"2026-02-20T10:30:00Z","expiresAt":"2026-02-21T00:00:00Z"})");
  CAF_CHECK(draft.what.to == audience({"u", "", ""}));
  CAF_CHECK_EQUAL(draft.what.message, "m");
  CAF_CHECK_EQUAL(draft.what.extra_data, R"({"eventType":"user.registered"})");
  CAF_CHECK_EQUAL(draft.what.group_key, "g");
  CAF_CHECK(draft.what.deliver_at == now);
  CAF_CHECK(draft.what.expires_at.has_value());
  const auto store = accepted(with(R"("storeId":"s","role":"r","extraData":{"a":1})")).what;
  CAF_CHECK(store.to == audience({"", "r", "s"}));
  CAF_CHECK_EQUAL(store.extra_data, R"({"a":1})");
  CAF_CHECK_EQUAL(faults_in(R"({"title":"t","body":7,"userId":"","storeId":9})"),
                  "/body /storeId /userId");
}

CAF_TEST(a type is understood in capitals) {
  CAF_CHECK(accepted(with(R"("type":"ALERT")")).what.type == notification_type::alert);
  CAF_CHECK(accepted(with(R"("type":"INFO")")).what.type == notification_type::info);
  CAF_CHECK(accepted(with(R"("type":"system")")).what.type == notification_type::info);
}

CAF_TEST(the seeds names are accepted beside ours) {
  const auto draft = accepted(with(
    R"("level":"CRITICAL","dedupeKey":"k","eventType":"paid","entityType":"order","entityId":"7",
       "payload":{"a":1,"entityId":"own"})"));
  CAF_CHECK(draft.what.type == notification_type::alert);
  CAF_CHECK(draft.what.priority == priority::urgent);
  CAF_CHECK_EQUAL(draft.what.dedupe_key, "k");
  CAF_CHECK_EQUAL(draft.what.extra_data,
                  R"({"eventType":"paid","entityType":"order","a":1,"entityId":"own"})");
  const auto alone = accepted(with(R"("level":"success","entityId":"7")"));
  CAF_CHECK(alone.what.type == notification_type::success);
  CAF_CHECK(alone.what.priority == priority::normal);
  CAF_CHECK_EQUAL(alone.what.extra_data, R"({"entityId":"7"})");
  const auto ours = accepted(with(R"("level":"critical","type":"info","priority":"low")"));
  CAF_CHECK(ours.what.type == notification_type::info);
  CAF_CHECK(ours.what.priority == priority::low);
  CAF_CHECK_EQUAL(faults_in(with(R"("level":"loud","entityId":7)")), "/entityId /level");
}

}  // namespace drafts_suite
