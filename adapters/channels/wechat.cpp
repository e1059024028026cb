// WeChat (微信) service account, template messages:
// https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html

#include "adapters/channels/json.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/wechat_account.hpp"

#include <nlohmann/json.hpp>

namespace carillon::channels {

namespace wechat {

namespace {

/// Where a tap leads, and an id under which WeChat sends once in ten minutes: that of the delivery,
/// the same on every retry.
void add_links(nlohmann::ordered_json& body, const nlohmann::json& data, const delivery& what) {
  if (const auto url = text_in(data, "url"); !url.empty())
    body["url"] = url;
  if (const auto page = data.find("miniprogram"); page != data.end() && page->is_object())
    body["miniprogram"] = {{"appid", text_in(*page, "appid")},
                           {"pagepath", text_in(*page, "pagepath")}};
  body["client_msg_id"] = to_text(what.id);
}

result<channel_ptr> make(const channel_settings& settings) {
  return make_wechat(settings, {"/cgi-bin/message/template/send", add_links});
}

}  // namespace

}  // namespace wechat

channel_type wechat_type() {
  return wechat_account_type(
    "wechat", "Template messages of a WeChat (微信) service account to its followers.",
    wechat::make);
}

}  // namespace carillon::channels
