#define CAF_SUITE event_draft

#include "protocol/codec/drafts.hpp"

#include <string>

#include "tests/protocol/faults.hpp"

#include "tests/caf_test.hpp"

namespace event_draft_suite {

using namespace carillon;
using codec::decode_event;

namespace {

event_draft accepted(std::string_view body) {
  auto draft = decode_event(body);
  if (!draft)
    CAF_FAIL(body << ": " << draft.error().detail);
  return *draft;
}

std::string faults_in(std::string_view body) {
  return tests::faults_of(decode_event(body));
}

}  // namespace

CAF_TEST(a body becomes an event member by member) {
  const auto draft = accepted(R"({"type":"order.paid","source":"shop","entity_id":"o-1",
    "sub_id":"line-2","recipients":["u1","u2","u1"],"recipient":"u0","data":{"b":1,"a":2},
    "idempotency_key":"k","priority":"urgent","locale":"en","occurred_at":"2026-02-20T10:30:00Z"})");
  const auto& x = draft.what;
  CAF_CHECK_EQUAL(x.type, "order.paid");
  CAF_CHECK_EQUAL(x.source, "shop");
  CAF_CHECK_EQUAL(x.entity_id, "o-1");
  CAF_CHECK_EQUAL(x.sub_id, "line-2");
  CAF_CHECK(x.recipients == std::vector<std::string>({"u0", "u1", "u2"}));
  CAF_CHECK_EQUAL(x.data, R"({"b":1,"a":2})");
  CAF_CHECK(x.priority == priority::urgent);
  CAF_CHECK_EQUAL(x.locale, "en");
  CAF_CHECK(x.occurred_at == from_millis(1'771'583'400'000));
  CAF_CHECK_EQUAL(draft.idempotency_key, "k");
}

CAF_TEST(type and data are enough) {
  const auto x = accepted(R"({"type":"t","data":{}})").what;
  CAF_CHECK(x.recipients.empty());
  CAF_CHECK(!x.priority.has_value());
  CAF_CHECK(x.occurred_at == timestamp{});
}

CAF_TEST(the seeds names are accepted beside ours and ours win) {
  const auto draft = accepted(R"({"eventType":"PAYMENT_WEBHOOK_FAILED","level":"CRITICAL",
    "entityType":"webhook","entityId":"stripe","dedupeKey":"alert:1","payload":{"a":1}})");
  CAF_CHECK_EQUAL(draft.what.type, "PAYMENT_WEBHOOK_FAILED");
  CAF_CHECK(draft.what.priority == priority::urgent);
  CAF_CHECK_EQUAL(draft.what.entity_id, "stripe");
  CAF_CHECK_EQUAL(draft.what.sub_id, "webhook");
  CAF_CHECK_EQUAL(draft.idempotency_key, "alert:1");
  CAF_CHECK_EQUAL(draft.what.data, R"({"a":1})");
  const auto both = accepted(R"({"type":"ours","eventType":"theirs","data":{},"payload":{"a":1},
    "entity_id":"1","entityId":"2","priority":"low","level":"critical"})");
  CAF_CHECK_EQUAL(both.what.type, "ours");
  CAF_CHECK_EQUAL(both.what.data, "{}");
  CAF_CHECK_EQUAL(both.what.entity_id, "1");
  CAF_CHECK(both.what.priority == priority::low);
}

CAF_TEST(what a repeat must share with the first follows from the name of its key) {
  const auto likeness_of = [](std::string_view keys) {
    return accepted(R"({"type":"t","data":{},)" + std::string{keys} + "}").alike;
  };
  CAF_CHECK(likeness_of(R"("dedupeKey":"k")") == likeness::key);
  CAF_CHECK(likeness_of(R"("idempotency_key":"k")") == likeness::body);
  CAF_CHECK(likeness_of(R"("idempotency_key":"k","dedupeKey":"d")") == likeness::body);
}

CAF_TEST(a message of a queue is the same event whenever it is handed out) {
  const auto message = [](std::string_view more) {
    return accepted(R"({"event_id":"e-1","event_type":"resume.parsed","payload":{"a":1})"
                    + std::string{more} + "}");
  };
  const auto first = message(R"(,"retry_count":0,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736")");
  CAF_CHECK_EQUAL(first.what.type, "resume.parsed");
  CAF_CHECK_EQUAL(first.what.data, R"({"a":1})");
  CAF_CHECK_EQUAL(first.what.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  CAF_CHECK(first.alike == likeness::event);
  CAF_CHECK(!first.idempotency_key.empty());
  CAF_CHECK_EQUAL(message(R"(,"retry_count":"2")").idempotency_key, first.idempotency_key);
  CAF_CHECK_NOT_EQUAL(message(R"(,"source":"ats")").idempotency_key, first.idempotency_key);
  CAF_CHECK_EQUAL(message(R"(,"idempotency_key":"k")").idempotency_key, "k");
  CAF_CHECK(message(R"(,"idempotency_key":"k")").alike == likeness::body);
  CAF_CHECK(message(R"(,"dedupeKey":"d")").alike == likeness::key);
  CAF_CHECK_EQUAL(accepted(R"({"event_id":"","type":"t","data":{}})").idempotency_key, "");
  CAF_CHECK_EQUAL(faults_in(R"({"event_id":7,"type":"t","data":{},"trace_id":7})"),
                  "/event_id /trace_id");
}

CAF_TEST(a trace that is none is passed over) {
  const auto trace = [](std::string_view id) {
    return accepted(R"({"type":"t","data":{},"trace_id":")" + std::string{id} + "\"}")
      .what.trace_id;
  };
  CAF_CHECK_EQUAL(trace("4BF92F35-77B3-4DA6-A3CE-929D0E0E4736"),
                  "4bf92f3577b34da6a3ce929d0e0e4736");
  for (const char* id :
       {"", "trace-1", "00000000000000000000000000000000", "4bf92f3577b34da6a3ce929d0e0e473",
        "4bf92f3577b34da6a3ce929d0e0e47366", "4bf92f3577b34da6a3ce929d0e0e473g"})
    CAF_CHECK_EQUAL(trace(id), "");
}

CAF_TEST(a recipient may be named as a user) {
  const auto recipients = [](std::string_view recipient) {
    return accepted(R"({"type":"t","data":{},"recipients":["u2"],"recipient":)"
                    + std::string{recipient} + "}")
      .what.recipients;
  };
  CAF_CHECK(recipients(R"({"user_id":"u1"})") == std::vector<std::string>({"u1", "u2"}));
  CAF_CHECK(recipients(R"({"user_id":"u2"})") == std::vector<std::string>({"u2"}));
  const auto faults = [](std::string_view recipient) {
    return faults_in(R"({"type":"t","data":{},"recipient":)" + std::string{recipient} + "}");
  };
  CAF_CHECK_EQUAL(faults("{}"), "/recipient/user_id");
  CAF_CHECK_EQUAL(faults(R"({"user_id":""})"), "/recipient/user_id");
  CAF_CHECK_EQUAL(faults(R"({"user_id":"u","email":"a@b.c"})"), "/recipient/email");
  CAF_CHECK_EQUAL(faults("[]"), "/recipient");
}

CAF_TEST(levels have a priority each) {
  const auto priority_of = [](std::string_view level) {
    return accepted(R"({"type":"t","data":{},"level":")" + std::string{level} + "\"}")
      .what.priority;
  };
  CAF_CHECK(priority_of("info") == priority::normal);
  CAF_CHECK(priority_of("Warning") == priority::high);
  CAF_CHECK(priority_of("ERROR") == priority::high);
  CAF_CHECK(priority_of("fatal") == priority::urgent);
  CAF_CHECK(priority_of("low") == priority::low);
  CAF_CHECK_EQUAL(faults_in(R"({"type":"t","data":{},"level":"loud"})"), "/level");
  const auto both = accepted(R"({"type":"t","data":{},"level":"warning","priority":"low"})");
  CAF_CHECK(both.type == notification_type::warning);
  CAF_CHECK(both.what.priority == priority::low);
  CAF_CHECK(accepted(R"({"type":"t","data":{},"level":"critical"})").type
            == notification_type::alert);
}

CAF_TEST(all faults are told at once) {
  CAF_CHECK_EQUAL(faults_in("{}"), "/data /type");
  CAF_CHECK_EQUAL(faults_in(R"({"data":[],"entity_id":"","priority":"p"})"),
                  "/data /entity_id /priority /type");
  CAF_CHECK_EQUAL(
    faults_in(R"({"type":"a\nb","source":1,"sub_id":"","recipient":"","recipients":["a","",2],
      "data":"x","idempotency_key":"","locale":{},"occurred_at":"yesterday"})"),
    "/data /idempotency_key /locale /occurred_at /recipient /recipients/1 /recipients/2 /source "
    "/sub_id /type");
  CAF_CHECK_EQUAL(faults_in(R"({"entityId":"","eventType":"","data":{}})"), "/entityId /eventType");
  CAF_CHECK_EQUAL(faults_in("[]"), "root");
  CAF_CHECK_EQUAL(faults_in("{"), "malformed");
}

CAF_TEST(each bound holds at its edge) {
  const auto with = [](std::string_view name, std::size_t size) {
    return faults_in(R"({"type":"t","data":{},")" + std::string{name} + R"(":")"
                     + std::string(size, 'x') + "\"}");
  };
  for (const char* name : {"type", "source", "entity_id", "sub_id", "idempotency_key"}) {
    CAF_CHECK_EQUAL(with(name, 128), "none");
    CAF_CHECK_EQUAL(with(name, 129), '/' + std::string{name});
  }
  CAF_CHECK_EQUAL(with("recipient", 4096), "none");
  CAF_CHECK_EQUAL(with("recipient", 4097), "/recipient");
  const auto data = [](std::size_t size) {
    return faults_in(R"({"type":"t","data":{"x":")" + std::string(size - 8, 'y') + "\"}}");
  };
  CAF_CHECK_EQUAL(data(65'536), "none");
  CAF_CHECK_EQUAL(data(65'537), "/data");
}

CAF_TEST(no word of the data has a zero in it) {
  const auto faults = [](std::string_view data) {
    return faults_in(R"({"type":"t","data":)" + std::string{data} + "}");
  };
  CAF_CHECK_EQUAL(faults(R"({"a":"x\u0000","b/c":{"d":["","\u0000"]},"e":"\\u0000"})"),
                  "/data/a /data/b~1c/d/1");
  CAF_CHECK_EQUAL(faults(R"({"a":"\\\\u0000","b":"\u0001"})"), "none");
  CAF_CHECK_EQUAL(faults(R"({"a":"\\\\\u0000"})"), "/data/a");
  CAF_CHECK(!faults(R"({"a\u0000":{}})").starts_with("none"));
  CAF_CHECK_EQUAL(faults_in(R"({"type":"t","payload":{"a":"\u0000"}})"), "/payload/a");
}

CAF_TEST(a member nobody knows is refused and other spellings are not ) {
  CAF_CHECK_EQUAL(faults_in(R"({"type":"t","data":{},"recipient_id":"u","user_id":"u"})"),
                  "/recipient_id /user_id");
  CAF_CHECK_EQUAL(faults_in(R"({"event_type":"t","payload":{},"subId":"s","idempotencyKey":"k",
    "occurredAt":"2026-02-20T10:30:00Z"})"),
                  "none");
}

CAF_TEST(a thousand recipients are enough) {
  const auto of_size = [](int size) {
    std::string list;
    for (int i = 0; i < size; ++i)
      list += (i == 0 ? "\"u" : ",\"u") + std::to_string(i) + '"';
    return faults_in(R"({"type":"t","data":{},"recipients":[)" + list + "]}");
  };
  CAF_CHECK_EQUAL(of_size(1000), "none");
  CAF_CHECK_EQUAL(of_size(1001), "/recipients");
}

}  // namespace event_draft_suite
