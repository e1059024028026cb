#define CAF_SUITE audience

#include "protocol/rules/audience.hpp"

#include "tests/caf_test.hpp"

namespace audience_suite {

using namespace carillon;
using rules::entitled;

namespace {

principal someone(std::vector<std::string> roles, std::vector<std::string> stores) {
  principal out;
  out.subject = "anna";
  out.roles = std::move(roles);
  out.stores = std::move(stores);
  return out;
}

}  // namespace

CAF_TEST(what is for a user is for that user alone) {
  const auto anna = someone({"cook"}, {"s1"});
  CAF_CHECK(entitled(anna, {"anna", "", ""}));
  CAF_CHECK(!entitled(anna, {"bert", "", ""}));
  CAF_CHECK(!entitled(anna, {"bert", "cook", "s1"}));
}

CAF_TEST(what is for nobody in particular is for everybody) {
  CAF_CHECK(entitled(someone({}, {}), {}));
}

CAF_TEST(roles and stores entitle those who have them) {
  const auto anna = someone({"waiter", "cook"}, {"s1", "s2"});
  CAF_CHECK(entitled(anna, {"", "cook", ""}));
  CAF_CHECK(entitled(anna, {"", "", "s2"}));
  CAF_CHECK(!entitled(anna, {"", "owner", ""}));
  CAF_CHECK(!entitled(anna, {"", "", "s3"}));
}

CAF_TEST(a role with a store is their intersection) {
  CAF_CHECK(entitled(someone({"cook"}, {"s1"}), {"", "cook", "s1"}));
  CAF_CHECK(!entitled(someone({"cook"}, {"s2"}), {"", "cook", "s1"}));
  CAF_CHECK(!entitled(someone({"waiter"}, {"s1"}), {"", "cook", "s1"}));
}

}  // namespace audience_suite
