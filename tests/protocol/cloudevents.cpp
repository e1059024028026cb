#define CAF_SUITE cloudevents

#include "protocol/codec/cloudevents.hpp"
#include "protocol/codec/alertmanager.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace cloudevents_suite {

using namespace carillon;

namespace {

template <class T>
std::vector<std::string> faults_of(const result<T>& read) {
  std::vector<std::string> out;
  if (read.has_error())
    for (const auto& one : read.error().faults)
      out.push_back(one.path);
  std::ranges::sort(out);
  return out;
}

using places = std::vector<std::string>;

constexpr std::string_view whole = R"({"specversion":"1.0","id":"A-1","source":"/shop/1",
  "type":"order.paid","subject":"o-1","time":"2026-02-20T10:30:00.5Z","recipient":"u",
  "priority":"high","locale":"en","subid":"s","datacontenttype":"application/json",
  "traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":{"n":9007199254740993}})";

constexpr std::string_view alerts =
  R"({"version":"4","groupKey":"{}:{alertname=\"Down\"}","status":"firing",
  "receiver":"web","commonLabels":{"alertname":"Down"},"externalURL":"http://am",
  "alerts":[{"status":"firing","labels":{"i":"a"},"startsAt":"2026-01-01T00:00:00Z","fingerprint":"f1"},
            {"status":"resolved","labels":{"i":"b"},"startsAt":"2026-01-01T00:00:00Z","fingerprint":"f2"}]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

CAF_TEST(a structured event has its attributes and extensions) {
  const auto read = codec::decode_cloudevent(whole);
  CAF_REQUIRE(read.has_value());
  const auto& x = read->what;
  CAF_CHECK_EQUAL(x.type, "order.paid");
  CAF_CHECK_EQUAL(x.source, "/shop/1");
  CAF_CHECK_EQUAL(x.entity_id, "o-1");
  CAF_CHECK_EQUAL(x.sub_id, "s");
  CAF_CHECK(x.recipients == std::vector<std::string>{"u"});
  CAF_CHECK(x.priority == priority::high);
  CAF_CHECK_EQUAL(codec::rfc3339(x.occurred_at), "2026-02-20T10:30:00.500Z");
  CAF_CHECK_EQUAL(x.data, R"({"n":9007199254740993})");
  CAF_CHECK_EQUAL(x.trace_id, "0af7651916cd43dd8448eb211c80319c");
  CAF_CHECK(!read->idempotency_key.empty() && read->idempotency_key.size() <= 128);
}

CAF_TEST(source and id together make the key) {
  const auto key = [](std::string text) { return codec::decode_cloudevent(text)->idempotency_key; };
  const std::string first{whole};
  CAF_CHECK_EQUAL(key(first), key(with(first, "order.paid", "order.sent")));
  CAF_CHECK_NOT_EQUAL(key(first), key(with(first, "A-1", "A-2")));
  CAF_CHECK_NOT_EQUAL(key(first), key(with(first, "/shop/1", "/shop/2")));
}

CAF_TEST(what a structured event lacks is named) {
  CAF_CHECK((faults_of(codec::decode_cloudevent(std::string_view{R"({"data":[]})"}))
             == places{"/data", "/id", "/source", "/specversion", "/type"}));
  CAF_CHECK((faults_of(codec::decode_cloudevent(with(std::string{whole}, "1.0", "0.3")))
             == places{"/specversion"}));
  CAF_CHECK((faults_of(codec::decode_cloudevents("{}")) == places{""}));
  const auto batch = "[" + std::string{whole} + R"(,{"specversion":"1.0"}])";
  CAF_CHECK(
    (faults_of(codec::decode_cloudevents(batch)) == places{"/1/id", "/1/source", "/1/type"}));
  CAF_CHECK_EQUAL(codec::decode_cloudevents("[" + std::string{whole} + "]")->size(), 1u);
}

CAF_TEST(a batch has from none to a thousand events) {
  CAF_CHECK_EQUAL(codec::decode_cloudevents("[]")->size(), 0u);
  std::string many = "[" + std::string{whole};
  for (int i = 1; i < 1000; ++i)
    many.append(1, ',').append(whole);
  CAF_CHECK_EQUAL(codec::decode_cloudevents(many + "]")->size(), 1000u);
  many.append(1, ',').append(whole);
  CAF_CHECK((faults_of(codec::decode_cloudevents(many + "]")) == places{""}));
}

CAF_TEST(a binary event has its attributes in the header) {
  const auto read = codec::decode_cloudevent({{"specversion", "1.0"},
                                              {"id", "1"},
                                              {"source", "/s"},
                                              {"type", "t"},
                                              {"subject", "Euro%20%E2%82%AC%zz"}},
                                             R"({"a" : 1})");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->what.entity_id, "Euro €%zz");
  CAF_CHECK_EQUAL(read->what.data, R"({"a":1})");
  const auto bare = codec::decode_cloudevent(
    {{"specversion", "1.0"}, {"id", "1"}, {"source", "/s"}, {"type", "t"}}, "");
  CAF_CHECK_EQUAL(bare->what.data, "{}");
  const auto broken = codec::decode_cloudevent({{"specversion", "1.0"}}, R"({},"type":"t")");
  CAF_CHECK(broken.error().code == errc::malformed);
}

CAF_TEST(a call of Alertmanager is one event about its group) {
  const auto read = codec::decode_alertmanager(alerts, false);
  CAF_REQUIRE(read.has_value());
  CAF_REQUIRE_EQUAL(read->size(), 1u);
  const auto& x = read->front().what;
  CAF_CHECK_EQUAL(x.type, "alertmanager.firing");
  CAF_CHECK_EQUAL(x.entity_id, R"({}:{alertname="Down"})");
  CAF_CHECK(x.data.starts_with(R"({"version":"4","groupKey":)"));
  const auto mark = [](std::string text) {
    return codec::decode_alertmanager(text, false)->front().what.sub_id;
  };
  const std::string first{alerts};
  CAF_CHECK_EQUAL(mark(first), x.sub_id);
  CAF_CHECK_NOT_EQUAL(mark(with(first, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")), x.sub_id);
  CAF_CHECK_NOT_EQUAL(mark(with(first, "\"status\":\"firing\"", "\"status\":\"resolved\"")),
                      x.sub_id);
}

CAF_TEST(per alert there is one event about each fingerprint) {
  const auto read = codec::decode_alertmanager(alerts, true);
  CAF_REQUIRE(read.has_value());
  CAF_REQUIRE_EQUAL(read->size(), 2u);
  CAF_CHECK_EQUAL((*read)[1].what.type, "alertmanager.resolved");
  CAF_CHECK_EQUAL((*read)[1].what.entity_id, "f2");
  const auto& data = (*read)[1].what.data;
  for (const auto* part : {R"("receiver":"web")", R"("commonLabels":{"alertname":"Down"})",
                           R"("externalURL":"http://am")", R"("labels":{"i":"b"})"})
    CAF_CHECK(data.find(part) != data.npos);
}

CAF_TEST(what is no call of Alertmanager is refused) {
  CAF_CHECK((faults_of(codec::decode_alertmanager("{}", false))
             == places{"/alerts", "/groupKey", "/status"}));
  CAF_CHECK(
    (faults_of(codec::decode_alertmanager(R"({"status":"odd","groupKey":"g","alerts":[1]})", false))
     == places{"/alerts/0", "/status"}));
  CAF_CHECK(codec::decode_alertmanager("[", false).error().code == errc::malformed);
}

}  // namespace cloudevents_suite
