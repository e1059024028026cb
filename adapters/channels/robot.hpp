#pragma once

#include "protocol/delivery.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::channels {

/// Who is to be mentioned, as the data of a message says (`at_mobiles`, `at_user_ids`, `at_all`).
struct mentions {
  std::vector<std::string> mobiles{};
  std::vector<std::string> user_ids{};
  bool all{false};
};

mentions mentions_in(const nlohmann::json& data);

/// Title and text, one below the other.
std::string plain_words(const content& words);

/// The same as markdown, with the title as a heading.
std::string markdown_words(const content& words);

/// What `build` makes of the text; where that is over `most` bytes, of the text's beginning with a
/// mark, as long as fits.
std::string fitted(std::string_view text, std::size_t most,
                   const std::function<std::string(std::string_view)>& build);

}  // namespace carillon::channels
