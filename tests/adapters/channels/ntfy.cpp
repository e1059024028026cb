#define CAF_SUITE ntfy

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace ntfy_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr topic(std::string token = "tk_test") {
  return test::provider(
    "ntfy", {{"url", "http://127.0.0.1:9011/"}, {"topic", "mytopic"}, {"token", std::move(token)}});
}

delivery alarm() {
  delivery out;
  out.priority = priority::high;
  out.content = {
    .title = "告警", .text = "磁盘已满", .data = R"({"tags":["warning"],"click":"https://e.x"})"};
  return out;
}

}  // namespace

CAF_TEST(a message goes as JSON to the root) {
  for (const auto& one : test::vectors("ntfy", "request_json")) {
    const auto sent = test::composed(*topic(), alarm());
    const auto& wanted = one["expected"];
    CAF_CHECK_EQUAL(sent.url, wanted["url"].get<std::string>());
    CAF_CHECK_EQUAL(header(sent, "Authorization"),
                    wanted["headers"]["authorization"].get<std::string>());
    CAF_CHECK_EQUAL(json::parse(sent.body), wanted["json"]);
  }
  CAF_CHECK(header(test::composed(*topic(""), alarm()), "Authorization").empty());
}

CAF_TEST(every lane has a priority) {
  const auto sent = [](priority lane) {
    auto what = alarm();
    what.priority = lane;
    return json::parse(test::composed(*topic(), what).body)["priority"];
  };
  CAF_CHECK_EQUAL(sent(priority::low), 2);
  CAF_CHECK_EQUAL(sent(priority::normal), 3);
  CAF_CHECK_EQUAL(sent(priority::high), 4);
  CAF_CHECK_EQUAL(sent(priority::urgent), 5);
}

CAF_TEST(words go as they are and are markdown only where the data says so) {
  auto what = alarm();
  what.content.text = test::special;
  what.content.data = R"({"click":"javascript:x","tags":"no"})";
  const auto plain = json::parse(test::composed(*topic(), what).body);
  CAF_CHECK_EQUAL(plain["message"], test::special);
  for (const auto* name : {"click", "tags", "markdown"})
    CAF_CHECK(!plain.contains(name));
  what.content.data = R"({"msg_type":"markdown"})";
  CAF_CHECK_EQUAL(test::copied(json::parse(test::composed(*topic(), what).body)["markdown"]), true);
}

CAF_TEST(a message over the limit is cut with a mark before it becomes a file) {
  auto what = alarm();
  what.content.text = std::string(4095, 'x') + "鸡";
  const auto kept = json::parse(test::composed(*topic(), what).body)["message"].get<std::string>();
  CAF_CHECK_EQUAL(kept.size(), 4096u);
  CAF_CHECK(kept.ends_with("x…"));
}

CAF_TEST(every answer of the error table is classified by its code) {
  const auto all = test::vectors("ntfy", "classify/");
  CAF_CHECK_EQUAL(all.size(), 8u);
  CAF_CHECK_EQUAL(test::misjudged(*topic(), all), std::vector<std::string>{});
  const auto is = [](error_class wanted, int status, int code) {
    CAF_MESSAGE(code);
    const auto came = test::judged(*topic(), status, json{{"code", code}, {"http", status}}.dump());
    CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
  };
  is(error_class::invalid_recipient, 400, 40010);
  is(error_class::invalid_request, 400, 40024);
  is(error_class::invalid_request, 413, 41303);
  is(error_class::rate_limited, 429, 42905);
  is(error_class::transient, 507, 50701);
  is(error_class::transient, 500, 50001);
  // 08:30:15 in UTC, and the quota is given anew at midnight.
  CAF_CHECK_EQUAL(test::judged(*topic(), 429, R"({"code":42908})").wait,
                  seconds{15 * 3600 + 29 * 60 + 45});
  CAF_CHECK_EQUAL(test::judged(*topic(), 429, R"({"code":42909})").wait, seconds{60});
}

CAF_TEST(a 200 that cannot be read is ambiguous) {
  CAF_CHECK(test::judges_anything(*topic()));
  const auto came = test::judged(*topic(), 200, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
}

CAF_TEST(its credentials are tried by reading the account) {
  const auto sent = test::probing(*topic());
  CAF_CHECK_EQUAL(sent.method + " " + sent.url, "GET http://127.0.0.1:9011/v1/account");
  CAF_CHECK_EQUAL(header(sent, "Authorization"), "Bearer tk_test");
  CAF_CHECK_EQUAL(test::probing(*topic("")).url, "http://127.0.0.1:9011/v1/health");
  const auto told = [](int status, std::string body) {
    return topic()->judge_probe(response{status, {}, std::move(body)}, {}).error_class;
  };
  CAF_CHECK(told(200, R"({"username":"phil"})") == error_class::none);
  CAF_CHECK(told(401, R"({"code":40101})") == error_class::invalid_credentials);
  CAF_CHECK(told(503, "") == error_class::transient);
}

CAF_TEST(the server and the topic must be named rightly) {
  using keys = std::map<std::string, std::string>;
  const auto fault = [](keys with) { return test::faulty_key("ntfy", std::move(with)); };
  CAF_CHECK_EQUAL(fault({{"url", "https://ntfy.sh"}, {"topic", "a b"}}), "/topic");
  CAF_CHECK_EQUAL(fault({{"url", "https://ntfy.sh"}, {"topic", std::string(65, 'a')}}), "/topic");
  CAF_CHECK_EQUAL(fault({{"topic", "a"}}), "/url");
  CAF_CHECK_EQUAL(fault({{"base_url", "https://ntfy.sh"}, {"topic", "a"}}), "");
}

}  // namespace ntfy_suite
