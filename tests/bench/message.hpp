#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::bench {

/// The number behind the last `"key":` of a JSON text; -1 where there is none.
inline std::int64_t number_behind(std::string_view text, std::string_view key) {
  auto at = text.rfind(key);
  std::int64_t out = -1;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + key.size(), text.data() + text.size(), out);
  return out;
}

}  // namespace carillon::bench
