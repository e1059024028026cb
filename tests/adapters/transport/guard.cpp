#define CAF_SUITE address_guard

#include "adapters/transport/guard.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include <arpa/inet.h>

#include "tests/caf_test.hpp"

namespace address_guard_suite {

using namespace carillon;

namespace {

bool allows(const address_guard& aut, const char* text) {
  sockaddr_storage to{};
  auto v6 = reinterpret_cast<sockaddr_in6*>(&to);
  auto v4 = reinterpret_cast<sockaddr_in*>(&to);
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
    to.ss_family = AF_INET;
  else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
    to.ss_family = AF_INET6;
  return aut.allows(reinterpret_cast<const sockaddr&>(to));
}

}  // namespace

CAF_TEST(the urls of the vectors are judged as they say) {
  address_guard aut{{}};
  auto all = test::vectors("webhook", "ssrf/");
  CAF_CHECK(all.size() > 10);
  for (auto& one : all) {
    CAF_MESSAGE(one["case"].get<std::string>());
    CAF_CHECK_EQUAL(!aut.objection(one["input"]["url"].get<std::string>()).has_value(),
                    one["expected"]["allowed"].get<bool>());
  }
}

CAF_TEST(private addresses are refused whatever name led to them) {
  address_guard aut{{}};
  for (auto text :
       {"127.0.0.1", "10.1.2.3", "192.168.1.1", "172.31.255.255", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254",
        "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!allows(aut, text));
  }
  for (auto text : {"93.184.215.14", "172.32.0.1", "2606:4700::1111"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(allows(aut, text));
  }
}

CAF_TEST(what the operator allows is allowed and nothing beside it) {
  address_guard aut{{*parse_range("127.0.0.1"), *parse_range("10.1.0.0/16")}};
  CAF_CHECK(allows(aut, "127.0.0.1"));
  CAF_CHECK(!allows(aut, "127.0.0.2"));
  CAF_CHECK(allows(aut, "10.1.200.3"));
  CAF_CHECK(!allows(aut, "10.2.0.1"));
  CAF_CHECK(!aut.objection("http://127.0.0.1:9000/x").has_value());
}

CAF_TEST(ranges that are none are not parsed) {
  for (auto text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::1/129", "x", "10.0.0.0/8 "})
    CAF_CHECK(!parse_range(text).has_value());
}

}  // namespace address_guard_suite
