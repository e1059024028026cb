#define CAF_SUITE window

#include "protocol/rules/window.hpp"

#include "tests/caf_test.hpp"

namespace window_suite {

using namespace carillon;
using rules::window;

CAF_TEST(a wish asks for the whole room of each lane) {
  window x{8};
  CAF_CHECK(x.wants_more());
  CAF_CHECK(x.ask() == window::counts({8, 8, 8, 8}));
  x.took(priority::low);
  CAF_CHECK(x.ask() == window::counts({7, 8, 8, 8}));
}

CAF_TEST(what is asked for or held is not asked for again until half is free) {
  window x{8};
  x.ask();
  CAF_CHECK(!x.wants_more());
  for (int i = 0; i < 8; ++i)
    x.took(priority::normal);
  CAF_CHECK(!x.wants_more());
  for (int i = 0; i < 3; ++i)
    x.freed(priority::normal);
  CAF_CHECK(!x.wants_more());
  x.freed(priority::normal);
  CAF_CHECK(x.wants_more());
  CAF_CHECK(x.ask() == window::counts({8, 4, 8, 8}));
  CAF_CHECK(!x.wants_more());
}

CAF_TEST(more than was asked for leaves no room) {
  window x{2};
  for (int i = 0; i < 5; ++i)
    x.took(priority::urgent);
  CAF_CHECK(x.ask() == window::counts({2, 2, 2, 0}));
}

CAF_TEST(a window made smaller keeps what it holds and asks again when there is room) {
  window x{4};
  x.ask();
  for (int i = 0; i < 4; ++i)
    x.took(priority::normal);
  x.resize(2);
  CAF_CHECK_EQUAL(x.ask()[static_cast<std::size_t>(priority::normal)], 0u);
  for (int i = 0; i < 3; ++i)
    x.freed(priority::normal);
  CAF_CHECK_EQUAL(x.ask()[static_cast<std::size_t>(priority::normal)], 1u);
}

}  // namespace window_suite
