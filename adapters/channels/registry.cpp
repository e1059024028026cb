#include "adapters/channels/registry.hpp"

#include "adapters/channels/keys.hpp"
#include "adapters/channels/redacted.hpp"
#include "adapters/channels/types.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon {

std::span<const channel_type> channel_types() {
  static const std::array all{
    channels::log_type(),      channels::system_type(),      channels::webhook_type(),
    channels::dingtalk_type(), channels::telegram_type(),    channels::feishu_bot_type(),
    channels::feishu_type(),   channels::wecom_type(),       channels::wecom_bot_type(),
    channels::wechat_type(),   channels::wechat_mini_type(), channels::email_type(),
    channels::fcm_type(),      channels::apns_type(),        channels::web_push_type(),
    channels::jpush_type(),    channels::aliyun_sms_type(),  channels::tencent_sms_type(),
    channels::twilio_type(),   channels::slack_type(),       channels::discord_type(),
    channels::teams_type(),    channels::ntfy_type(),        channels::gotify_type(),
  };
  return all;
}

const channel_type* find_channel_type(std::string_view name) {
  auto all = channel_types();
  auto found = std::ranges::find(all, name, &channel_type::name);
  return found == all.end() ? nullptr : &*found;
}

bool needs_address(const channel_settings& settings) {
  auto type = find_channel_type(settings.type);
  return type == nullptr
         || (type->needs_address
             && (type->address_key.empty()
                 || channels::key_of(settings, type->address_key).empty()));
}

std::vector<std::string> fixed_addresses(const channel_settings& settings) {
  auto type = find_channel_type(settings.type);
  if (type == nullptr || type->addresses_key.empty())
    return {};
  return channels::list_of(settings, type->addresses_key);
}

result<channel_ptr> make_channel(const channel_settings& settings) {
  auto type = find_channel_type(settings.type);
  if (type == nullptr)
    return error{errc::invalid, "there is no channel type '" + settings.type + "'"};
  if (type->make == nullptr)
    return channel_ptr{};
  error missing{errc::invalid, "a key is missing"};
  for (const auto& key : type->keys)
    if (key.required && channels::key_of(settings, key.name).empty())
      missing.faults.push_back({"/" + std::string{key.name}, "is missing"});
  if (!missing.faults.empty())
    return missing;
  auto made = type->make(settings);
  return made ? redacted(std::move(*made), settings) : std::move(made);
}

}  // namespace carillon
