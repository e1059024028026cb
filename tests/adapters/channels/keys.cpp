#define CAF_SUITE channel_keys

#include "adapters/channels/keys.hpp"
#include "adapters/channels/registry.hpp"

#include "tests/caf_test.hpp"

namespace channel_keys_suite {

using namespace carillon;
using namespace carillon::channels;

namespace {

channel_settings with(std::map<std::string, std::string> keys) {
  return {.keys = std::move(keys)};
}

}  // namespace

CAF_TEST(a list is divided by lines and by commas) {
  const std::vector<std::string> both{"-1001", "@ops"};
  CAF_CHECK_EQUAL(list_of(with({{"to", "-1001\n@ops"}}), "to"), both);
  CAF_CHECK_EQUAL(list_of(with({{"to", " -1001 ,, @ops,\n"}}), "to"), both);
  CAF_CHECK(list_of(with({}), "to").empty());
}

CAF_TEST(a number is whole or refused with its key) {
  CAF_CHECK(*integer_of(with({{"n", " 1000002 "}}), "n", 0) == 1000002);
  CAF_CHECK(*integer_of(with({}), "n", 7) == 7);
  for (const auto* wrong : {"1.5", "x", "99999999999999999999"}) {
    const auto got = integer_of(with({{"n", wrong}}), "n", 0);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().faults.at(0).path == "/n");
  }
}

CAF_TEST(another base replaces scheme and host and may have a path) {
  CAF_CHECK(*base_of(with({}), "https://a.b") == "https://a.b");
  CAF_CHECK(*base_of(with({{"base_url", "http://127.0.0.1:1/p/"}}), "https://a.b")
            == "http://127.0.0.1:1/p");
  CAF_CHECK(!base_of(with({{"base_url", "a.b"}}), "https://a.b").has_value());
  const std::string hook = "https://a.b/hook?key=k";
  CAF_CHECK(*webhook_url_of(with({{"webhook_url", hook}})) == hook);
  CAF_CHECK(*webhook_url_of(with({{"webhook_url", hook}, {"base_url", "http://c:1/p"}}))
            == "http://c:1/p/hook?key=k");
  CAF_CHECK(!webhook_url_of(with({{"webhook_url", "hook"}})).has_value());
  CAF_CHECK(!webhook_url_of(with({{"webhook_url", hook}, {"base_url", "c"}})).has_value());
}

CAF_TEST(a channel without a key it needs names it) {
  const auto made = make_channel({.name = "ops", .type = "dingtalk"});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(made.error().faults.at(0).path == "/webhook_url");
}

}  // namespace channel_keys_suite
