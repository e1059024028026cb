#pragma once

#include "protocol/delivery.hpp"
#include "protocol/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace carillon::channels::wechat {

/// The provider's template that the message names, in its template or as `template_id` in its data.
/// `invalid` where neither does.
result<std::string> template_id(const content& words, const nlohmann::json& data);

/// What fills it: `{"thing1":{"value":…},…}`. A value is cut to the length of its kind, which the
/// key's name tells; an empty one, which WeChat refuses, is `invalid`.
result<nlohmann::ordered_json> template_data(const content& words);

/// A value as long as a key of that name takes.
std::string fitted_value(std::string_view key, std::string_view value);

}  // namespace carillon::channels::wechat
