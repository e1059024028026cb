#include "protocol/delivery.hpp"

#include "protocol/words.hpp"

namespace carillon {

namespace {

constexpr words<delivery_status_count> status_words{
  "pending", "delivering", "retrying", "delivered", "dead", "skipped", "cancelled", "failed"};
constexpr words<6> class_words{
  "none",           "transient", "rate_limited", "invalid_credentials", "invalid_recipient",
  "invalid_request"};

}  // namespace

std::string_view to_string(delivery_status x) {
  return word_of(status_words, x);
}

std::string_view to_string(error_class x) {
  return word_of(class_words, x);
}

std::optional<delivery_status> parse_delivery_status(std::string_view text) {
  return value_of<delivery_status>(status_words, text);
}

std::optional<error_class> parse_error_class(std::string_view text) {
  return value_of<error_class>(class_words, text);
}

}  // namespace carillon
