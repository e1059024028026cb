// WeChat (微信) mini-program, subscribe messages:
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html

#include "adapters/channels/json.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/wechat_account.hpp"

#include <nlohmann/json.hpp>

namespace carillon::channels {

namespace wechat_mini {

namespace {

/// Which page a tap opens, in which edition of the mini-program and in which language.
void add_page(nlohmann::ordered_json& body, const nlohmann::json& data, const delivery&) {
  if (const auto page = text_in(data, "page"); !page.empty())
    body["page"] = page;
  const auto edition = text_in(data, "miniprogram_state");
  body["miniprogram_state"] = edition.empty() ? "formal" : edition;
  const auto language = text_in(data, "lang");
  body["lang"] = language.empty() ? "zh_CN" : language;
}

result<channel_ptr> make(const channel_settings& settings) {
  return make_wechat(settings, {"/cgi-bin/message/subscribe/send", add_page});
}

}  // namespace

}  // namespace wechat_mini

channel_type wechat_mini_type() {
  return wechat_account_type(
    "wechat_mini", "Subscribe messages of a WeChat (微信) mini-program to who allowed one.",
    wechat_mini::make);
}

}  // namespace carillon::channels
