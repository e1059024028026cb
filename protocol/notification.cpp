#include "protocol/notification.hpp"

#include "protocol/words.hpp"

namespace carillon {

namespace {

constexpr words<notification_type_count> type_words{"info", "success", "warning", "error", "alert"};
constexpr words<lane_count> priority_words{"low", "normal", "high", "urgent"};

}  // namespace

std::string_view to_string(notification_type x) {
  return word_of(type_words, x);
}

std::string_view to_string(priority x) {
  return word_of(priority_words, x);
}

std::optional<notification_type> parse_notification_type(std::string_view text) {
  return value_of<notification_type>(type_words, text);
}

std::optional<priority> parse_priority(std::string_view text) {
  return value_of<priority>(priority_words, text);
}

}  // namespace carillon
