#define CAF_SUITE payload_schema

#include "protocol/rules/payload_schema.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "tests/caf_test.hpp"

namespace payload_schema_suite {

using namespace carillon;

namespace {

bool is_refused(std::string_view schema) {
  const auto made = rules::payload_schema::read(schema);
  return made.has_error() && made.error().faults.size() == 1
         && made.error().faults[0].path == "/payload_schema";
}

}  // namespace

CAF_TEST(what is no schema is refused and ends nothing) {
  for (const auto* schema :
       {"[]", R"({"type":"nonsense"})", R"({"type":7})", R"({"required":"a"})",
        R"({"properties":{"a":7}})", R"({"minimum":"x"})", R"({"allOf":7})",
        R"({"$ref":"#/nowhere"})", R"({"$ref":"http://elsewhere/x"})", R"({"$ref":"#/%61"})"})
    CAF_CHECK(is_refused(schema));
}

CAF_TEST(a schema that never comes to an end is refused) {
  for (const auto* schema :
       {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})", R"({"not":{"anyOf":[{"$ref":"#/not"}]}})",
        R"({"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}})",
        R"({"properties":{"x":{"if":{"$ref":"#/properties/x"}}}})"})
    CAF_CHECK(is_refused(schema));
}

CAF_TEST(every pattern that is no regular expression is told at its place) {
  const auto made = rules::payload_schema::read(
    R"({"properties":{"a":{"pattern":"["},"b/c":{"items":[{"pattern":"(?<"}]}},
        "patternProperties":{"*":{}},"anyOf":[{"pattern":"^[a-z]+$"}]})");
  CAF_REQUIRE(made.has_error());
  std::vector<std::string> places;
  for (const auto& x : made.error().faults)
    places.push_back(x.path);
  CAF_CHECK_EQUAL(places,
                  (std::vector<std::string>{"/payload_schema/patternProperties/*",
                                            "/payload_schema/properties/a/pattern",
                                            "/payload_schema/properties/b~1c/items/0/pattern"}));
  CAF_CHECK(
    rules::payload_schema::read(R"({"pattern":")" + std::string(1001, '(') + "\"}").has_error());
}

CAF_TEST(what only looks like a pattern is none) {
  for (const auto* schema :
       {R"({"properties":{"pattern":{"type":"string"}}})", R"({"enum":[{"pattern":"["}]})",
        R"({"default":{"pattern":"["}})", R"({"patternProperties":{"^x-":{"type":"string"}}})"})
    CAF_CHECK(rules::payload_schema::read(schema).has_value());
}

CAF_TEST(a schema may speak of its parts as of itself) {
  const auto tree =
    rules::payload_schema::read(R"({"required":["name"],"properties":{"child":{"$ref":"#"}}})");
  CAF_REQUIRE(tree.has_value());
  CAF_CHECK(!(*tree)->objection(R"({"name":"a","child":{"name":"b"}})").has_value());
  const auto why = (*tree)->objection(R"({"name":"a","child":{}})");
  CAF_REQUIRE(why.has_value());
  CAF_CHECK(why->starts_with("/child"));
  CAF_CHECK(
    rules::payload_schema::read(
      R"({"definitions":{"a":{}},"allOf":[{"$ref":"#/definitions/a"},{"$ref":"#/definitions/a"}]})")
      .has_value());
}

}  // namespace payload_schema_suite
