#pragma once

#include "adapters/channels/robot.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::channels::dingtalk {

/// The webhook URL with `timestamp` (milliseconds) and `sign` in its query; as it is without a
/// secret.
std::string signed_url(std::string_view webhook_url, std::string_view secret,
                       std::int64_t timestamp_ms);

/// The body of a `text` message, at most 20,000 bytes: the text is cut with a mark. Who is
/// mentioned is also put into the text, without which DingTalk shows no mention.
std::string text_body(std::string_view text, const mentions& at);

/// The body of a `markdown` message, with the same bound.
std::string markdown_body(std::string_view title, std::string_view text, const mentions& at);

}  // namespace carillon::channels::dingtalk
