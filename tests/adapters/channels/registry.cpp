#define CAF_SUITE channel_registry

#include "adapters/channels/registry.hpp"

#include "tests/caf_test.hpp"

namespace channel_registry_suite {

using namespace carillon;

CAF_TEST(every type is found by its name) {
  for (auto& type : channel_types())
    CAF_CHECK_EQUAL(find_channel_type(type.name), &type);
}

CAF_TEST(an unknown type is invalid and named) {
  auto made = make_channel({.name = "x", .type = "pigeon"});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(made.error().detail.find("pigeon") != std::string::npos);
}

CAF_TEST(the inbox has no sender) {
  auto made = make_channel({.name = "system", .type = "system"});
  CAF_REQUIRE(made.has_value());
  CAF_CHECK(*made == nullptr);
}

CAF_TEST(the log channel writes one line of json) {
  auto made = make_channel({.name = "log", .type = "log"});
  delivery what;
  what.user_id = "user-123";
  what.content = {"notification", "a\nb", "c", R"({"n":1})"};
  auto sent = (*made)->compose(what, {});
  auto& line = std::get<log_request>(*sent).line;
  CAF_CHECK_EQUAL(line.find('\n'), std::string::npos);
  CAF_CHECK(line.find(R"("title":"a\nb")") != std::string::npos);
  CAF_CHECK(line.ends_with(R"("data":{"n":1}})"));
}

}  // namespace channel_registry_suite
