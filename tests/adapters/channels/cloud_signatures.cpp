#define CAF_SUITE cloud_signatures

#include "adapters/channels/acs3_signature.hpp"
#include "adapters/channels/canonical_headers.hpp"
#include "adapters/channels/tc3_signature.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include "tests/caf_test.hpp"

namespace cloud_signatures_suite {

using namespace carillon;
using namespace carillon::channels;
using nlohmann::json;

namespace {

std::string text(const json& x, const char* key) {
  return x[key].get<std::string>();
}

acs3::pairs pairs_of(const json& object) {
  acs3::pairs out;
  for (auto& [name, value] : object.items())
    out.emplace_back(name, value.get<std::string>());
  return out;
}

}  // namespace

CAF_TEST(ACS3 signs as Alibaba Cloud documents it) {
  auto all = test::vectors("aliyun_sms", "acs3_");
  CAF_REQUIRE_EQUAL(all.size(), 5u);
  for (auto& one : all) {
    auto& in = one["input"];
    auto& wanted = one["expected"];
    CAF_MESSAGE(text(one, "case"));
    acs3::call call{text(in, "method"), text(in, "path"),
                    acs3::canonical_query(pairs_of(in["query"])), pairs_of(in["headers"]),
                    text(in, "body")};
    CAF_CHECK_EQUAL(call.query, text(wanted, "canonicalQuery"));
    CAF_CHECK_EQUAL(acs3::canonical_request(call), text(wanted, "canonicalRequest"));
    CAF_CHECK_EQUAL(acs3::string_to_sign(call), text(wanted, "stringToSign"));
    CAF_CHECK_EQUAL(acs3::authorization(call, text(in, "ak"), text(in, "sk")),
                    text(wanted, "authorization"));
  }
}

CAF_TEST(TC3 signs as Tencent Cloud documents it) {
  auto all = test::vectors("tencent_sms", "tc3_");
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  for (auto& one : all) {
    auto& in = one["input"];
    auto& wanted = one["expected"];
    CAF_MESSAGE(text(one, "case"));
    tc3::call call{
      .service = text(in, "service"),
      .at = timestamp{seconds{in["ts"].get<int>()}},
      .headers = {{"Host", text(in, "host")}, {"Content-Type", "application/json; charset=utf-8"}},
      .body = text(in, "payload")};
    if (text(one, "case") == "tc3_sendsms_action_signed")
      call.headers.emplace_back("x-tc-action", "sendsms");
    CAF_CHECK_EQUAL(tc3::canonical_request(call), text(wanted, "canonical_request"));
    CAF_CHECK_EQUAL(tc3::string_to_sign(call), text(wanted, "string_to_sign"));
    CAF_CHECK_EQUAL(tc3::authorization(call, text(in, "sid"), text(in, "sk")),
                    text(wanted, "authorization"));
  }
}

CAF_TEST(a parameter without a value keeps its equals sign and headers are trimmed) {
  CAF_CHECK_EQUAL(acs3::canonical_query({{"b", ""}, {"a", "*~ '()!"}}), "a=%2A~%20%27%28%29%21&b=");
  const auto headers = canonical({{"X-Acs-Date", " now\t"}, {"Host", "h"}});
  CAF_CHECK_EQUAL(headers.lines, "host:h\nx-acs-date:now\n");
  CAF_CHECK_EQUAL(headers.names, "host;x-acs-date");
}

CAF_TEST(the host is the one that is sent and the path is without its query) {
  CAF_CHECK_EQUAL(host_of("https://dysmsapi.aliyuncs.com/"), "dysmsapi.aliyuncs.com");
  CAF_CHECK_EQUAL(host_of("https://a.b:443/x"), "a.b");
  CAF_CHECK_EQUAL(host_of("http://127.0.0.1:9004"), "127.0.0.1:9004");
  CAF_CHECK_EQUAL(host_of("http://u:p@[::1]:80/x"), "[::1]");
  CAF_CHECK_EQUAL(host_of("http://h:443?x=/"), "h:443");
  CAF_CHECK_EQUAL(path_of("http://h"), "/");
  CAF_CHECK_EQUAL(path_of("http://h/sms/?a=/b#c"), "/sms/");
}

}  // namespace cloud_signatures_suite
