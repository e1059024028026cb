#define CAF_SUITE text

#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <random>
#include <string>

#include "tests/caf_test.hpp"

namespace text_suite {

using namespace carillon::codec;
using nlohmann::json;

namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// Random characters of every size, with all that must be escaped among them.
std::string random_text(std::mt19937& chance) {
  constexpr std::string_view pieces[] = {"a", "\"", "\\", "/", "é", "警", "😀", "\x7f", " "};
  std::string out;
  for (auto n = chance() % 40; n > 0; --n) {
    if (chance() % 3 == 0)
      out += static_cast<char>(chance() % 0x20);
    else
      out += pieces[chance() % std::size(pieces)];
  }
  return out;
}

}  // namespace

CAF_TEST(every text comes back from its JSON string) {
  std::mt19937 chance{7};
  for (int i = 0; i < 2000; ++i) {
    const auto text = random_text(chance);
    const auto parsed = json::parse(as_json(text), nullptr, false);
    CAF_REQUIRE(parsed.is_string());
    CAF_REQUIRE(parsed.get<std::string>() == text);
  }
}

CAF_TEST(only what must be escaped is) {
  CAF_CHECK_EQUAL(as_json(""), R"("")");
  CAF_CHECK_EQUAL(as_json("库存 é 😀 </script> \x7f"), "\"库存 é 😀 </script> \x7f\"");
  CAF_CHECK_EQUAL(as_json("a\"b\\c\n\t\r\b\f"), R"("a\"b\\c\n\t\r\b\f")");
  CAF_CHECK_EQUAL(as_json(std::string_view{"\0\x1f", 2}), R"("\u0000\u001f")");
}

CAF_TEST(empty text may stand for null) {
  std::string out;
  append_json_string_or_null(out, "");
  append_json_string_or_null(out, "x");
  CAF_CHECK_EQUAL(out, R"(null"x")");
}

CAF_TEST(well formed UTF8 is told from the rest) {
  for (std::string_view good : {"", "ascii only and long enough", "é", "警", "\xf4\x8f\xbf\xbf",
                                "\xed\x9f\xbf", "\xee\x80\x80", "\xc2\x80", "\xe0\xa0\x80"})
    CAF_CHECK(is_utf8(good));
  for (std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe8\xad",
        "12345678\xe8\xad"
        "1",
        "\xf0\x9f\x98"})
    CAF_CHECK(!is_utf8(bad));
}

CAF_TEST(characters are counted and not bytes) {
  CAF_CHECK_EQUAL(code_points(""), 0u);
  CAF_CHECK_EQUAL(code_points("a警é😀"), 4u);
}

CAF_TEST(a cut keeps whole characters and the bound) {
  CAF_CHECK_EQUAL(cut("警报警报", 12), "警报警报");
  CAF_CHECK_EQUAL(cut("警报警报", 11), "警报…");
  CAF_CHECK_EQUAL(cut("警报警报", 8), "警…");
  CAF_CHECK_EQUAL(cut("abcdef", 4, "."), "abc.");
  CAF_CHECK_EQUAL(cut("abcdef", 2, "..."), "...");
  for (std::size_t bytes = 3; bytes < 30; ++bytes) {
    const auto part = cut("a警😀é警😀é警😀é", bytes);
    CAF_CHECK(part.size() <= bytes);
    CAF_CHECK(is_utf8(part));
  }
}

CAF_TEST(a cut by characters counts the mark) {
  CAF_CHECK_EQUAL(cut_characters("警报警报", 4), "警报警报");
  CAF_CHECK_EQUAL(cut_characters("警报警报", 3), "警报…");
  CAF_CHECK_EQUAL(cut_characters("abc", 2, ""), "ab");
  CAF_CHECK_EQUAL(cut_characters("", 0), "");
}

CAF_TEST(control characters are found) {
  CAF_CHECK(!has_control("任意文本 with spaces"));
  CAF_CHECK(has_control("a\nb"));
  CAF_CHECK(has_control("\x7f"));
  CAF_CHECK(has_control(std::string_view{"\0", 1}));
}

}  // namespace text_suite
