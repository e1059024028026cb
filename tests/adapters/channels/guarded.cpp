#define CAF_SUITE guarded_channel

#include "adapters/channels/guarded.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace guarded_channel_suite {

using namespace carillon;

CAF_TEST(every request of a guarded channel is marked) {
  const auto hook = guarded(test::provider("webhook", {{"url", "https://example.org/in"}}));
  CAF_CHECK(test::composed(*hook, {}).guarded);
  const auto app =
    guarded(test::provider("feishu", {{"app_id", "cli_1"}, {"app_secret", "TestAppSecret"}}));
  CAF_CHECK(app->needs_token());
  CAF_CHECK(test::probing(*app).guarded);
  const auto asked = app->authorize({});
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK(std::get<http_request>(std::get<request>(*asked)).guarded);
  const auto mail =
    guarded(test::provider("email", {{"host", "smtp.example.org"}, {"from", "a@example.org"}}));
  delivery letter;
  letter.recipient = "b@example.org";
  CAF_CHECK(std::get<mail_request>(*mail->compose(letter, {})).guarded);
}

CAF_TEST(a guarded robot puts off what it would put off unguarded) {
  const auto robot = test::provider(
    "feishu_bot", {{"webhook_url", "https://open.feishu.cn/open-apis/bot/v2/hook/h-1"}});
  delivery what;
  what.id = *parse_id<delivery_id>("dlv-01900000-0000-7000-8000-00000000ffff");
  const auto hour = from_millis(1'800'000'000'000);
  CAF_CHECK(robot->put_off(what, hour) > seconds{0});
  CAF_CHECK(guarded(robot)->put_off(what, hour) == robot->put_off(what, hour));
}

CAF_TEST(the inbox has nothing to guard) {
  CAF_CHECK(guarded(nullptr) == nullptr);
}

}  // namespace guarded_channel_suite
