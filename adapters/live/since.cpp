#include "adapters/live/since.hpp"

#include <charconv>
#include <limits>

namespace carillon::live {

std::optional<std::int64_t> parse_seq(std::string_view text) {
  std::int64_t seq = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, seq);
  if (failed != std::errc{} || stop != end || seq < 0)
    return std::nullopt;
  return seq;
}

std::int64_t read_since(std::string_view text) {
  return parse_seq(text).value_or(std::numeric_limits<std::int64_t>::max());
}

}  // namespace carillon::live
