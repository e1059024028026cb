#define CAF_SUITE routing

#include "protocol/rules/routing.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace routing_suite {

using carillon::rules::matches;
using carillon::rules::valid_pattern;

CAF_TEST(a pattern without stars fits its own type alone) {
  CAF_CHECK(matches("order.paid", "order.paid"));
  CAF_CHECK(!matches("order.paid", "order.paid.late"));
  CAF_CHECK(!matches("order.paid", "order"));
  CAF_CHECK(!matches("order.paid", "order.pai"));
  CAF_CHECK(!matches("order.paid", "Order.paid"));
}

CAF_TEST(one star is exactly one segment) {
  CAF_CHECK(matches("order.*", "order.paid"));
  CAF_CHECK(!matches("order.*", "order"));
  CAF_CHECK(!matches("order.*", "order.paid.late"));
  CAF_CHECK(matches("*.paid", "order.paid"));
  CAF_CHECK(matches("*", "order"));
  CAF_CHECK(!matches("*", "order.paid"));
}

CAF_TEST(two stars are any number of segments) {
  for (const char* type : {"order", "order.paid", "order.paid.late"})
    CAF_CHECK(matches("order.**", type));
  CAF_CHECK(!matches("order.**", "orders"));
  CAF_CHECK(matches("**", "anything.at.all"));
  CAF_CHECK(matches("**.late", "late"));
  CAF_CHECK(matches("**.late", "order.paid.late"));
  CAF_CHECK(!matches("**.late", "order.late.paid"));
}

CAF_TEST(stars in the middle are tried at every place) {
  CAF_CHECK(matches("a.**.b.*.c", "a.b.x.b.y.c"));
  CAF_CHECK(matches("a.**.b", "a.b"));
  CAF_CHECK(!matches("a.**.b.c", "a.b.b"));
  CAF_CHECK(matches("**.b.**", "a.b.c.d"));
  CAF_CHECK(!matches("**.x.**", "a.b.c.d"));
}

CAF_TEST(many stars take no long time) {
  std::string pattern{"**"};
  std::string type{"a"};
  for (int i = 0; i < 20; ++i) {
    pattern += ".a.**";
    type += ".a";
  }
  CAF_CHECK(!matches(pattern + ".b", type));
}

CAF_TEST(patterns are checked) {
  for (const char* good : {"order", "order.*", "**", "*.paid.**", "库存.预警"})
    CAF_CHECK(valid_pattern(good));
  for (const char* bad :
       {"", ".", "order.", ".order", "a..b", "order*", "or*der.paid", "***", "a\nb"})
    CAF_CHECK(!valid_pattern(bad));
  CAF_CHECK(valid_pattern(std::string(128, 'x')));
  CAF_CHECK(!valid_pattern(std::string(129, 'x')));
}

}  // namespace routing_suite
