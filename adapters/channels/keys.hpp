#pragma once

#include "protocol/channel.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::channels {

/// A key of the channel's own; empty where it is not given.
std::string key_of(const channel_settings& settings, std::string_view name);

/// The elements of a key that is a list, or a text divided by lines or commas; trimmed, none empty.
std::vector<std::string> list_of(const channel_settings& settings, std::string_view name);

/// A key that is a whole number of at most 64 bits; `fallback` where it is not given, `invalid`
/// with its fault where it is anything else.
result<std::int64_t> integer_of(const channel_settings& settings, std::string_view name,
                                std::int64_t fallback);

/// Where the provider is: `base_url`, else `fallback`, without a slash at its end. `invalid` with
/// its fault where that is not a URL.
result<std::string> base_of(const channel_settings& settings, std::string_view fallback);

/// A robot's `webhook_url`, its scheme and host replaced by `base_url` where one is given.
/// `invalid` with its fault where that is not a URL.
result<std::string> webhook_url_of(const channel_settings& settings);

/// An `invalid` error with the one fault of a key.
error wrong_key(std::string_view name, std::string_view message);

}  // namespace carillon::channels
