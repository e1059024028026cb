#pragma once

#include "adapters/channels/registry.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace carillon::channels {

/// What differs between the accounts of WeChat (微信): where they post, and what they add to a
/// message (its receiver and template) before the values.
struct wechat_account {
  std::string_view path{};
  void (*add)(nlohmann::ordered_json& body, const nlohmann::json& data,
              const delivery& what){nullptr};
};

/// A channel that sends an account's template messages.
result<channel_ptr> make_wechat(const channel_settings& settings, const wechat_account& account);

/// A type with what all accounts share: keys, limits, defaults.
channel_type wechat_account_type(std::string_view name, std::string_view doc,
                                 result<channel_ptr> (*make)(const channel_settings&));

}  // namespace carillon::channels
