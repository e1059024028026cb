#define CAF_SUITE template_values

#include "adapters/channels/template_values.hpp"

#include <array>

#include "tests/caf_test.hpp"

namespace template_values_suite {

using namespace carillon;
using namespace carillon::channels;

namespace {

using values = std::vector<std::pair<std::string, std::string>>;

content words(std::string data, std::string params = {}) {
  return {.data = std::move(data), .params = std::move(params)};
}

}  // namespace

CAF_TEST(without params the scalar members of the data go one to one) {
  const auto got = template_values(
    words(R"({"thing2":"鸡肉","number1":9007199254740993,"paid":true,"list":[1],"none":null})"));
  CAF_CHECK_EQUAL(got,
                  (values{{"thing2", "鸡肉"}, {"number1", "9007199254740993"}, {"paid", "true"}}));
}

CAF_TEST(members that mean something else to the channel are left out) {
  constexpr std::array<std::string_view, 1> reserved{"url"};
  CAF_CHECK_EQUAL(template_values(words(R"({"url":"https://e.x","a":"b"})"), reserved),
                  (values{{"a", "b"}}));
  CAF_CHECK_EQUAL(template_values(words("{}", R"({"url":"kept"})"), reserved),
                  (values{{"url", "kept"}}));
}

CAF_TEST(params win over the data and an array counts from one) {
  CAF_CHECK_EQUAL(template_values(words(R"({"a":"b"})", R"({"code":"1234"})")),
                  (values{{"code", "1234"}}));
  CAF_CHECK_EQUAL(template_values(words(R"({"a":"b"})", R"(["x","y"])")),
                  (values{{"1", "x"}, {"2", "y"}}));
  CAF_CHECK(template_values(words("not json")).empty());
}

}  // namespace template_values_suite
