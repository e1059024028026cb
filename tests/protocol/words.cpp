#define CAF_SUITE words

#include "protocol/delivery.hpp"
#include "protocol/notification.hpp"
#include "protocol/transport.hpp"

#include "tests/caf_test.hpp"

namespace words_suite {

using namespace carillon;

CAF_TEST(every value has a word that leads back to it) {
  for (int i = 0; i < 5; ++i) {
    const auto x = static_cast<notification_type>(i);
    CAF_CHECK(parse_notification_type(to_string(x)) == x);
  }
  for (int i = 0; i < 4; ++i) {
    const auto x = static_cast<priority>(i);
    CAF_CHECK(parse_priority(to_string(x)) == x);
  }
  for (int i = 0; i < 8; ++i) {
    const auto x = static_cast<delivery_status>(i);
    CAF_CHECK(parse_delivery_status(to_string(x)) == x);
  }
  for (int i = 0; i < 6; ++i) {
    const auto x = static_cast<error_class>(i);
    CAF_CHECK(parse_error_class(to_string(x)) == x);
  }
}

CAF_TEST(the words stand in the order of the values) {
  CAF_CHECK_EQUAL(to_string(notification_type::alert), "alert");
  CAF_CHECK_EQUAL(to_string(priority::urgent), "urgent");
  CAF_CHECK_EQUAL(to_string(delivery_status::retrying), "retrying");
  CAF_CHECK_EQUAL(to_string(delivery_status::failed), "failed");
  CAF_CHECK_EQUAL(to_string(error_class::invalid_request), "invalid_request");
  CAF_CHECK_EQUAL(to_string(transport_failure::resolve), "resolve");
  CAF_CHECK_EQUAL(to_string(transport_failure::no_answer), "no_answer");
  CAF_CHECK_EQUAL(to_string(transport_failure::cancelled), "cancelled");
}

CAF_TEST(other words have no value) {
  for (std::string_view text : {"", "INFO", "info ", "poem", "p0"}) {
    CAF_CHECK(!parse_notification_type(text).has_value());
    CAF_CHECK(!parse_priority(text).has_value());
    CAF_CHECK(!parse_delivery_status(text).has_value());
    CAF_CHECK(!parse_error_class(text).has_value());
  }
}

}  // namespace words_suite
