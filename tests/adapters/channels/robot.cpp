#define CAF_SUITE robot

#include "adapters/channels/robot.hpp"

#include <nlohmann/json.hpp>

#include "tests/caf_test.hpp"

namespace robot_suite {

using namespace carillon;
using namespace carillon::channels;

CAF_TEST(mentions are read whether written as text or as numbers) {
  const auto who = mentions_in(nlohmann::json::parse(
    R"({"at_mobiles":["138",139,"",null,1.5],"at_user_ids":"u1","at_all":"yes"})"));
  CAF_CHECK_EQUAL(who.mobiles, (std::vector<std::string>{"138", "139"}));
  CAF_CHECK(who.user_ids.empty());
  CAF_CHECK(!who.all);
  CAF_CHECK(mentions_in(nlohmann::json::parse(R"({"at_all":true})")).all);
}

CAF_TEST(a message without a text is its title alone) {
  CAF_CHECK_EQUAL(plain_words({"x", "标题", "内容"}), "标题\n内容");
  CAF_CHECK_EQUAL(plain_words({"x", "标题", ""}), "标题");
  CAF_CHECK_EQUAL(markdown_words({"x", "标题", "内容"}), "### 标题\n\n内容");
  CAF_CHECK_EQUAL(markdown_words({"x", "", "内容"}), "内容");
}

CAF_TEST(a text is kept whole where it fits and cut on a character where not ) {
  const auto quoted = [](std::string_view text) { return "<<" + std::string{text} + ">>"; };
  CAF_CHECK_EQUAL(fitted("中文", 10, quoted), "<<中文>>");
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "中";
  const auto cut = fitted(text, 100, quoted);
  CAF_CHECK(cut.size() <= 100 && cut.size() > 80);
  CAF_CHECK(cut.ends_with("中…>>"));
}

CAF_TEST(what cannot fit ends with its mark alone) {
  CAF_CHECK_EQUAL(fitted("a long text", 2, [](std::string_view x) { return std::string{x}; }), "…");
}

}  // namespace robot_suite
