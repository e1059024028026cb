#define CAF_SUITE audience_index

#include "protocol/rules/audience_index.hpp"

#include <set>

#include "tests/caf_test.hpp"

namespace audience_index_suite {

using namespace carillon;
using rules::audience_index;

namespace {

using names = std::vector<std::string>;
using slots = std::set<audience_index::slot>;

principal_ptr claims(names roles, names stores) {
  principal out;
  out.roles = std::move(roles);
  out.stores = std::move(stores);
  return std::make_shared<const principal>(std::move(out));
}

slots reached(audience_index& in, audience to) {
  const auto all = in.reach(to);
  return {all.begin(), all.end()};
}

}  // namespace

CAF_TEST(each kind of audience reaches those who claim it) {
  audience_index index;
  const auto a = index.enter("a");
  const auto b = index.enter("b");
  const auto c = index.enter("c");
  index.claim(a, *claims({"clerk"}, {"north"}));
  index.claim(b, *claims({"clerk", "boss"}, {"south"}));
  CAF_CHECK_EQUAL(reached(index, {"a", "", ""}), slots{a});
  CAF_CHECK_EQUAL(reached(index, {"x", "", ""}), slots{});
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", ""}), (slots{a, b}));
  CAF_CHECK_EQUAL(reached(index, {"", "", "south"}), slots{b});
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", "north"}), slots{a});
  CAF_CHECK_EQUAL(reached(index, {"", "boss", "north"}), slots{});
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", "west"}), slots{});
  CAF_CHECK_EQUAL(reached(index, {"", "", ""}), (slots{a, b, c}));
}

CAF_TEST(a claim stays while another connection makes it) {
  audience_index index;
  const auto a = index.enter("a");
  const auto one = claims({"clerk", "boss"}, {"north"});
  const auto two = claims({"clerk"}, {});
  index.claim(a, *one);
  index.claim(a, *two);
  index.disclaim(a, *one, std::vector{two});
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", ""}), slots{a});
  CAF_CHECK_EQUAL(reached(index, {"", "boss", ""}), slots{});
  CAF_CHECK_EQUAL(reached(index, {"", "", "north"}), slots{});
}

CAF_TEST(who left is reached no more and their slot is used again) {
  audience_index index;
  const auto all = claims({"clerk"}, {"north"});
  const auto a = index.enter("a");
  index.claim(a, *all);
  index.leave("a", std::vector{all});
  CAF_CHECK(!index.find("a"));
  CAF_CHECK_EQUAL(index.size(), 0u);
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", ""}), slots{});
  CAF_CHECK_EQUAL(index.enter("b"), a);
  CAF_CHECK_EQUAL(reached(index, {"", "clerk", ""}), slots{});
  CAF_CHECK_EQUAL(reached(index, {"", "", ""}), slots{a});
}

}  // namespace audience_index_suite
