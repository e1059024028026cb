#pragma once

#include "protocol/channel.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::channels::sms {

/// A message as the Chinese providers take it: a template that they approved, and what fills it.
struct filled_template {
  std::string id{};
  /// In the order they were written.
  std::vector<std::pair<std::string, std::string>> values{};
};

/// The template of a message: its template row's `template_id` and `params`, else `template_code`
/// and `template_params` of the data. Without params the data's scalar members fill it. `invalid`
/// where no template is named.
result<filled_template> template_of(const content& words);

/// True where all that varies is one short code: a one-time password, for which there are narrower
/// limits.
bool is_one_time_password(const filled_template& what);

/// A number without spaces, hyphens and parentheses; of mainland China's mobile numbers without
/// the country's prefix.
std::string national(std::string_view phone);

/// The same in E.164: mobile numbers of mainland China get their +86, others stay as they are.
std::string international(std::string_view phone);

/// So many messages in so long a time.
struct window {
  int count{0};
  milliseconds length{0};
};

/// One limit for each window, exact at any moment: as many as it allows may go at once.
std::vector<scope_limit> limits_of(const std::string& whose, std::span<const window> windows);

/// How long until the next day, or the first of the next month, begins in China (UTC+8).
milliseconds until_next_day(timestamp now);
milliseconds until_next_month(timestamp now);

}  // namespace carillon::channels::sms
