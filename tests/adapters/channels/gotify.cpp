#define CAF_SUITE gotify

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace gotify_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr application(std::string url = "http://127.0.0.1:9012") {
  return test::provider("gotify", {{"url", std::move(url)}, {"token", "AbCdEf"}});
}

delivery message(std::string title, std::string text) {
  delivery out;
  out.content = {.title = std::move(title), .text = std::move(text)};
  return out;
}

json body_of(const delivery& what) {
  return json::parse(test::composed(*application(), what).body);
}

}  // namespace

CAF_TEST(a message goes with the token in a header) {
  for (const auto& one : test::vectors("gotify", "request")) {
    const auto& in = one["input"];
    const auto sent = test::composed(*application(), message(in["title"], in["message"]));
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(header(sent, "X-Gotify-Key"), in["token"].get<std::string>());
    CAF_CHECK(header(sent, "Content-Type").starts_with("application/json"));
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
  }
  CAF_CHECK_EQUAL(test::composed(*application("https://g.example/push/"), message("t", "m")).url,
                  "https://g.example/push/message");
}

CAF_TEST(words go as they are and are plain where the data says so) {
  auto what = message("库存预警", std::string{test::special});
  CAF_CHECK_EQUAL(test::copied(body_of(what)["message"]), test::special);
  what.content.data = R"({"msg_type":"text"})";
  CAF_CHECK(!body_of(what).contains("extras"));
}

CAF_TEST(a message always has a text) {
  const auto body = body_of(message("标题", ""));
  CAF_CHECK_EQUAL(body["message"], "标题");
  CAF_CHECK(!body_of(message("", "x")).contains("title"));
}

CAF_TEST(every lane has a priority) {
  const auto sent = [](priority lane) {
    auto what = message("t", "m");
    what.priority = lane;
    return body_of(what)["priority"].get<int>();
  };
  CAF_CHECK_EQUAL(sent(priority::low), 2);
  CAF_CHECK_EQUAL(sent(priority::normal), 5);
  CAF_CHECK_EQUAL(sent(priority::high), 8);
  CAF_CHECK_EQUAL(sent(priority::urgent), 10);
}

CAF_TEST(every answer of the error table is classified by its status) {
  CAF_CHECK_EQUAL(test::misjudged(*application(), test::vectors("gotify", "classify/")),
                  std::vector<std::string>{});
  CAF_CHECK(test::judged(*application(), 403).error_class == error_class::invalid_credentials);
  CAF_CHECK(test::judged(*application(), 500).error_class == error_class::transient);
  CAF_CHECK(test::judged(*application(), 429).error_class == error_class::rate_limited);
}

CAF_TEST(a 200 that cannot be read is ambiguous) {
  CAF_CHECK(test::judges_anything(*application()));
  const auto came = test::judged(*application(), 200, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
}

CAF_TEST(its token is tried with a message that cannot be sent) {
  const auto sent = test::probing(*application());
  CAF_CHECK_EQUAL(sent.body, "{}");
  const auto told = [](int status) {
    return application()->judge_probe(response{.status = status}, {}).error_class;
  };
  CAF_CHECK(told(400) == error_class::none);
  CAF_CHECK(told(401) == error_class::invalid_credentials);
  CAF_CHECK(told(404) == error_class::invalid_request);
}

CAF_TEST(the server must be named) {
  CAF_CHECK_EQUAL(test::faulty_key("gotify", {{"token", "x"}}), "/url");
  CAF_CHECK_EQUAL(test::faulty_key("gotify", {{"url", "https://g"}}), "/token");
}

}  // namespace gotify_suite
