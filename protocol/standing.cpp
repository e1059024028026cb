#include "protocol/standing.hpp"

#include "protocol/words.hpp"

namespace carillon {

namespace {

constexpr words<channel_state_count> channel_state_words{"active", "paused", "disabled", "broken",
                                                         "open"};

}  // namespace

std::string_view to_string(channel_state x) {
  return word_of(channel_state_words, x);
}

std::optional<channel_state> parse_channel_state(std::string_view text) {
  return value_of<channel_state>(channel_state_words, text);
}

}  // namespace carillon
