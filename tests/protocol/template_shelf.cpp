#define CAF_SUITE template_shelf

#include "protocol/template_shelf.hpp"

#include <array>
#include <memory>
#include <string>

#include "tests/caf_test.hpp"

namespace template_shelf_suite {

using namespace carillon;

namespace {

template_ptr row(std::uint8_t number, const std::string& code) {
  auto out = std::make_shared<message_template>();
  out->id.value.bytes[15] = number;
  out->code = code;
  out->language = "en";
  out->content = "x";
  return out;
}

}  // namespace

CAF_TEST(what was read takes the place of all) {
  template_shelf shelf{rules::template_book{"en"}};
  shelf.take(std::array{template_changed{row(1, "old"), {}}});
  CAF_CHECK(shelf.renew(std::array{row(2, "new")}, shelf.now()));
  CAF_CHECK(!shelf.now()->knows("old"));
  CAF_CHECK(shelf.now()->knows("new"));
  CAF_CHECK_EQUAL(shelf.now()->default_language(), "en");
}

CAF_TEST(what was read before a change is not taken) {
  template_shelf shelf{rules::template_book{"en"}};
  const auto since = shelf.now();
  shelf.take(std::array{template_changed{row(1, "later"), {}}});
  CAF_CHECK(!shelf.renew(std::array{row(2, "read")}, since));
  CAF_CHECK(shelf.now()->knows("later"));
  CAF_CHECK(!shelf.now()->knows("read"));
}

}  // namespace template_shelf_suite
