#define CAF_SUITE teams

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace teams_suite {

using namespace carillon;
using nlohmann::json;

namespace {

channel_ptr flow() {
  return test::provider("teams",
                        {{"webhook_url", "https://x.logic.azure.com/workflows/1?a=b&sig=c"},
                         {"base_url", "http://127.0.0.1:9013"}});
}

delivery message(std::string title, std::string text) {
  delivery out;
  out.content = {.title = std::move(title), .text = std::move(text)};
  return out;
}

}  // namespace

CAF_TEST(a message becomes an adaptive card) {
  for (const auto& one : test::vectors("teams", "request_workflow")) {
    const auto sent = test::composed(*flow(), message(one["input"]["title"], one["input"]["text"]));
    CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9013/workflows/1?a=b&sig=c");
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
  }
}

CAF_TEST(words go as they are) {
  const auto sent = test::composed(*flow(), message("", std::string{test::special}));
  const auto card = json::parse(sent.body)["attachments"][0]["content"];
  CAF_REQUIRE_EQUAL(card["body"].size(), 1u);
  CAF_CHECK_EQUAL(card["body"][0]["text"], test::special);
}

CAF_TEST(a text over the limit is cut with a mark) {
  std::string text;
  for (int i = 0; i < 12'000; ++i)
    text += "鸡";
  const auto sent = test::composed(*flow(), message("t", text));
  CAF_CHECK(sent.body.size() <= 28 * 1024);
  CAF_CHECK(sent.body.size() > 28 * 1024 - 64);
  const auto card = json::parse(sent.body)["attachments"][0]["content"];
  CAF_CHECK(card["body"][1]["text"].get<std::string>().ends_with("鸡…"));
}

CAF_TEST(every answer of the error table is classified) {
  const auto all = test::vectors("teams", "classify/");
  CAF_CHECK_EQUAL(all.size(), 8u);
  CAF_CHECK_EQUAL(test::misjudged(*flow(), all), std::vector<std::string>{});
  CAF_CHECK(test::judged(*flow(), 400).error_class == error_class::invalid_request);
  CAF_CHECK(test::judged(*flow(), 503).error_class == error_class::transient);
  CAF_CHECK(test::judged(*flow(), 200, R"({"ok":1})").error_class == error_class::none);
  CAF_CHECK_EQUAL(test::judged(*flow(), 429, "", {{"retry-after", "4"}}).wait, seconds{4});
  const auto hidden = [](const char* status) {
    return test::judged(*flow(), 200,
                        std::string{"delivery failed with error: Teams endpoint returned HTTP "
                                    "error "}
                          + status + " with ContextId x")
      .error_class;
  };
  CAF_CHECK(hidden("403") == error_class::invalid_credentials);
  CAF_CHECK(hidden("413") == error_class::invalid_request);
  CAF_CHECK(hidden("502") == error_class::transient);
}

CAF_TEST(a 200 that says something else is ambiguous) {
  CAF_CHECK(test::judges_anything(*flow()));
  const auto came = test::judged(*flow(), 200, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
}

CAF_TEST(it cannot be tested without sending) {
  CAF_CHECK(flow()->probe({}).error().code == errc::not_found);
  CAF_CHECK_EQUAL(test::faulty_key("teams", {{"webhook_url", "x"}}), "/webhook_url");
}

}  // namespace teams_suite
