#define CAF_SUITE when

#include "protocol/rules/when.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace when_suite {

using namespace carillon;
using rules::parse_when;

namespace {

event order() {
  event out;
  out.type = "order.paid";
  out.source = "shop";
  out.priority = priority::high;
  out.data = R"({"amount":100.5,"big":9007199254740993,"huge":18446744073709551615,"vip":true,
    "name":"李雷","tags":["a","b"],"nothing":null,"buyer":{"level":3,"order-id":"x\"y"}})";
  return out;
}

bool holds(std::string_view text, const event& what = order()) {
  auto parsed = parse_when(text);
  if (!parsed)
    CAF_FAIL(text << ": " << parsed.error().detail);
  return (*parsed)->holds(rules::when_facts{what});
}

std::string mistake(std::string_view text) {
  auto parsed = parse_when(text);
  return parsed ? "none" : parsed.error().detail;
}

}  // namespace

CAF_TEST(numbers and texts are compared) {
  for (const char* yes :
       {"data.amount == 100.5", "data.amount > 100", "data.amount >= 100.5", "data.amount < 1e3",
        "data.amount != 100", "100 < data.amount", "-1 <= 0", R"(type == "order.paid")",
        R"(source != "test")", R"(data.name == "李雷")", R"(data.name == "\u674e\u96f7")",
        R"("a" < "b")", R"(priority == "high")", R"(data.buyer.order-id == "x\"y")"})
    CAF_CHECK(holds(yes));
  for (const char* no : {"data.amount == 100", "data.amount < 100.5", R"(type == "order")",
                         R"("b" <= "a")", "1 > 1"})
    CAF_CHECK(!holds(no));
}

CAF_TEST(integers of 64 bits are compared exactly) {
  CAF_CHECK(holds("data.big == 9007199254740993"));
  CAF_CHECK(!holds("data.big == 9007199254740992"));
  CAF_CHECK(holds("data.big > 9007199254740992"));
  CAF_CHECK(holds("data.huge == 18446744073709551615"));
  CAF_CHECK(holds("data.huge > -1"));
}

CAF_TEST(and binds closer than or and not closest) {
  CAF_CHECK(holds("true or false and false"));
  CAF_CHECK(!holds("(true or false) and false"));
  CAF_CHECK(holds("not false or true and false"));
  CAF_CHECK(holds("not data.amount == 3"));
  CAF_CHECK(holds("not not data.vip"));
  CAF_CHECK(holds("data.vip and not (source == \"test\" or data.amount < 10)"));
}

CAF_TEST(lists are searched) {
  CAF_CHECK(holds("data.buyer.level in [1, 2, 3]"));
  CAF_CHECK(holds(R"(source in ["shop"])"));
  CAF_CHECK(holds("data.missing in [null]"));
  CAF_CHECK(!holds(R"(source in ["a", 1, true])"));
  CAF_CHECK(!holds("source in []"));
}

CAF_TEST(paths lead through objects and lists) {
  CAF_CHECK(holds("data.buyer.level == 3"));
  CAF_CHECK(holds(R"(data.tags.1 == "b")"));
  CAF_CHECK(!holds("exists data.tags.2"));
  CAF_CHECK(!holds("exists data.name.length"));
  CAF_CHECK(holds("exists data.nothing"));
  CAF_CHECK(!holds("exists data.missing"));
}

CAF_TEST(every condition has an answer for every event) {
  CAF_CHECK(holds("data.missing == null"));
  CAF_CHECK(holds("data.nothing == null"));
  CAF_CHECK(holds("data.missing.deeper != 1"));
  for (const char* no : {"data.missing > 1", "data.missing <= null", "null <= null", "true >= true",
                         "data.name > 1", "data.tags < data.tags", "data.amount", "data.name",
                         "data.missing", "data.tags == 1", "data.amount == \"100.5\""})
    CAF_CHECK(!holds(no));
  CAF_CHECK(holds("data.buyer == data.buyer"));
  event empty;
  empty.type = "x";
  empty.data = "no json at all";
  CAF_CHECK(!holds("data.amount > 1 or exists data.amount or data == 1", empty));
}

CAF_TEST(a mistake is told with its place) {
  CAF_CHECK_EQUAL(mistake("data.amount >"),
                  "at byte 14: expected a path, a string, a number, true, "
                  "false or null");
  CAF_CHECK_EQUAL(mistake("data.amount = 3"), "at byte 13: expected `and`, `or` or the end");
  CAF_CHECK_EQUAL(mistake("(data.vip"), "at byte 10: expected `)`");
  CAF_CHECK_EQUAL(mistake("type == \"x"), "at byte 9: this string has no end");
  CAF_CHECK_EQUAL(mistake("user.name == 1"),
                  "at byte 1: a path begins with type, source, entity_id, sub_id, locale, priority "
                  "or data");
  CAF_CHECK_EQUAL(mistake("data.vip and 5"), "at byte 14: a value alone is no condition");
}

CAF_TEST(what is no condition is refused) {
  for (const char* text : {"",
                           "  ",
                           "and",
                           "data.",
                           "data..x == 1",
                           "1 < 2 < 3",
                           "type in data.tags",
                           "type in [source]",
                           "type in [1",
                           "type in [1,]",
                           "exists 3",
                           "not",
                           "data.vip data.vip",
                           "01 == 1",
                           "1e999 == 1",
                           R"("\x" == "x")",
                           "a @ b",
                           "data.x == 'y'",
                           "()",
                           "data.vip )",
                           "data.vip && true",
                           "\"\\",
                           "data.x == \"\xff\""})
    CAF_CHECK(mistake(text) != "none");
}

CAF_TEST(size and depth are bounded) {
  CAF_CHECK_EQUAL(mistake(std::string(31, '(') + "true" + std::string(31, ')')), "none");
  CAF_CHECK(mistake(std::string(33, '(') + "true" + std::string(33, ')')) != "none");
  std::string nots;
  for (int i = 0; i < 40; ++i)
    nots += "not ";
  CAF_CHECK(mistake(nots + "true") != "none");
  std::string wide{"true"};
  while (wide.size() + 9 <= 4096)
    wide += " and true";
  CAF_CHECK(holds(wide));
  CAF_CHECK(mistake(wide + std::string(9, ' ')) != "none");
}

}  // namespace when_suite
