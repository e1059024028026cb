#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::channels::dingtalk {

/// Who is to be mentioned; each must also stand in the text, which the body builders see to.
struct mentions {
  std::vector<std::string> mobiles{};
  std::vector<std::string> user_ids{};
  bool all{false};
};

/// The webhook URL with `timestamp` (milliseconds) and `sign` in its query; as it is without a
/// secret.
std::string signed_url(std::string_view webhook_url, std::string_view secret,
                       std::int64_t timestamp_ms);

/// The body of a `text` message, at most 20,000 bytes: the text is cut with a mark.
std::string text_body(std::string_view text, const mentions& at);

/// The body of a `markdown` message, with the same bound.
std::string markdown_body(std::string_view title, std::string_view text, const mentions& at);

}  // namespace carillon::channels::dingtalk
