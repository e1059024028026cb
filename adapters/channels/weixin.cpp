#include "adapters/channels/weixin.hpp"

#include <algorithm>
#include <string>

namespace carillon::channels {

namespace {

void leave_out_hints(std::string& text) {
  constexpr std::string_view mark = "hint: [";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const auto end = std::min(text.find(']', begin), text.size());
    text.replace(begin, end - begin, "…");
  }
}

}  // namespace

outcome judge_weixin(const transport_result& came, std::span<const error_row> table,
                     timestamp now) {
  auto out = judge_reply(came, {.table = table}, now);
  leave_out_hints(out.excerpt);
  return out;
}

}  // namespace carillon::channels
