#define CAF_SUITE bulk

#include "protocol/codec/bulk.hpp"
#include "tests/protocol/faults.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace bulk_suite {

using namespace carillon;

namespace {

using texts = std::vector<std::string>;

texts places_of(const std::string& body) {
  const auto read = codec::decode_bulk(body);
  CAF_REQUIRE(read.has_error());
  texts out;
  for (const auto& x : read.error().faults)
    out.push_back(x.path);
  std::ranges::sort(out);
  return out;
}

std::string of_users(std::size_t n) {
  std::string out = R"({"templateCode":"t","userIds":[)";
  for (std::size_t i = 0; i < n; ++i)
    out += (i == 0 ? "\"u" : ",\"u") + std::to_string(i) + '"';
  return out + "]}";
}

}  // namespace

CAF_TEST(a body is read and everyone in it counts once) {
  const auto read = codec::decode_bulk(
    R"({"userIds":["b","a","b"],"templateCode":"billing.low_balance","data":{"n":1},)"
    R"("channels":["websocket","email"],"priority":"high"})",
    tests::unless_among({"system", "email"}));
  CAF_REQUIRE(read.has_value());
  CAF_CHECK((read->user_ids == texts{"b", "a"}));
  CAF_CHECK_EQUAL(read->what.template_code, "billing.low_balance");
  CAF_CHECK_EQUAL(read->what.data, R"({"n":1})");
  CAF_CHECK((read->what.channels == texts{"system", "email"}));
  CAF_CHECK(read->what.priority == priority::high);
}

CAF_TEST(what may be left out is the template s) {
  const auto read = codec::decode_bulk(R"({"userIds":["a"],"templateCode":"t","channels":null})");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK(read->what.channels.empty());
  CAF_CHECK(!read->what.priority);
}

CAF_TEST(a hundred thousand users are enough) {
  const auto most = codec::decode_bulk(of_users(most_bulk_users));
  CAF_REQUIRE(most.has_value());
  CAF_CHECK_EQUAL(most->user_ids.size(), most_bulk_users);
  CAF_CHECK((places_of(of_users(most_bulk_users + 1)) == texts{"/userIds"}));
}

CAF_TEST(all faults are told at once but no endless list of them) {
  CAF_CHECK((places_of(R"({"channels":[],"priority":"x","data":[]})")
             == texts{"/channels", "/data", "/priority", "/templateCode", "/userIds"}));
  CAF_CHECK((places_of(R"({"userIds":["a","",7],"templateCode":"t"})")
             == texts{"/userIds/1", "/userIds/2"}));
  std::string many = R"({"templateCode":"t","userIds":[1)";
  for (int i = 0; i < 1000; ++i)
    many += ",1";
  CAF_CHECK_EQUAL(places_of(many + "]}").size(), 20u);
  CAF_CHECK(
    (places_of(R"({"userIds":["a"],"templateCode":"t","channel":["sms"]})") == texts{"/channel"}));
  CAF_CHECK((places_of("[]") == texts{""}));
}

CAF_TEST(a channel that is objected to is named with all that is wrong) {
  const auto read = codec::decode_bulk(
    R"({"userIds":[],"templateCode":"t","channels":["system","fax"]})",
    [](const std::string& x) { return std::string{x == "fax" ? "is not known" : ""}; });
  CAF_REQUIRE(read.has_error());
  CAF_REQUIRE_EQUAL(read.error().faults.size(), 2u);
  CAF_CHECK(read.error().faults[0].path == "/channels/1");
}

CAF_TEST(more channels than anybody has are refused) {
  std::string many = R"({"templateCode":"t","userIds":["a"],"channels":["c")";
  for (int i = 0; i < 1000; ++i)
    many += ",\"c" + std::to_string(i) + '"';
  CAF_CHECK((places_of(many + "]}") == texts{"/channels"}));
}

CAF_TEST(what began is told with its id and its size) {
  batch_record what;
  what.total = 3;
  what.created_at = from_millis(1'771'583'400'007);
  CAF_CHECK_EQUAL(codec::bulk_begun_json(what),
                  R"({"batchId":"batch-00000000-0000-0000-0000-000000000000","totalUsers":3,)"
                  R"("status":"processing","createdAt":"2026-02-20T10:30:00.007Z"})");
}

CAF_TEST(each user whom nothing reached is a line) {
  std::string out;
  codec::append_failures(
    out,
    {{"a\"b", {{"email", delivery_status::dead, "550: no"}, {"sms", delivery_status::skipped, ""}}},
     {"c", {{"hook", delivery_status::cancelled, "cancelled"}}}});
  CAF_CHECK_EQUAL(
    out,
    R"({"userId":"a\"b","deliveries":[{"channel":"email","status":"dead","error":"550: no"},)"
    R"({"channel":"sms","status":"skipped","error":null}]})"
    "\n"
    R"({"userId":"c","deliveries":[{"channel":"hook","status":"cancelled","error":"cancelled"}]})"
    "\n");
}

}  // namespace bulk_suite
