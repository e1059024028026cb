#pragma once

#include "protocol/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::channels {

/// A POST of JSON. Sent byte for byte: what is outside ASCII goes as it is, because WeCom and
/// WeChat mangle JSON escapes of them.
http_request json_post(std::string url, std::string body, milliseconds timeout);

/// The JSON object that the text is; an empty one for any other bytes.
nlohmann::json object_in(std::string_view text);

/// A member that is text, or an integer as text; empty for anything else.
std::string text_in(const nlohmann::json& object, const char* name);

/// The same of each element of a member that is an array, the empty ones left out.
std::vector<std::string> texts_in(const nlohmann::json& object, const char* name);

/// A member that is an integer of 64 bits.
std::optional<std::int64_t> integer_in(const nlohmann::json& object, const char* name);

/// True for a member that is `true`.
bool flag_in(const nlohmann::json& object, const char* name);

}  // namespace carillon::channels
