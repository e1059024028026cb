#define CAF_SUITE jpush

#include "tests/adapters/channels/push_fixture.hpp"

#include "tests/caf_test.hpp"

namespace jpush_suite {

using namespace carillon;
using nlohmann::json;

namespace {

json request_vector() {
  return test::vectors("jpush", "request").at(0);
}

channel_ptr jpush() {
  const auto in = request_vector()["input"];
  auto made = make_channel(test::push_settings("jpush", {{"app_key", in["app_key"]},
                                                         {"master_secret", in["master_secret"]},
                                                         {"base_url", in["base_url"]}}));
  CAF_REQUIRE(made.has_value());
  return *made;
}

http_request composed(const delivery& what) {
  auto made = jpush()->compose(what, test::push_stamp());
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

const timestamp day = from_millis(1'800'000'000'000);

grant tickets_of(const char* body) {
  auto got = jpush()->token(response{.status = 200, .body = body}, day);
  CAF_REQUIRE(std::holds_alternative<grant>(got));
  return std::get<grant>(got);
}

}  // namespace

CAF_TEST(the request is the one of the vectors) {
  const auto one = request_vector();
  const auto& in = one["input"];
  auto what = test::push_message(in["registration_ids"][0],
                                 json{{"cid", in["cid"]}, {"ttl_seconds", 86400}}.dump());
  what.content.title = in["title"];
  what.content.text = in["alert"];
  auto sent = composed(what);
  CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
  CAF_CHECK_EQUAL(test::header_of(sent, "Authorization"),
                  one["expected"]["headers"]["authorization"].get<std::string>());
  CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
}

CAF_TEST(every answer of the vectors is classified) {
  auto aut = jpush();
  auto all = test::vectors("jpush", "classify/");
  CAF_CHECK(all.size() >= 7);
  for (auto& one : all)
    CAF_CHECK_EQUAL(test::objection(*aut, one), "");
}

CAF_TEST(every code leads to its class) {
  using enum error_class;
  auto aut = jpush();
  for (auto [code, wanted] :
       std::initializer_list<std::pair<int, error_class>>{{1001, invalid_request},
                                                          {1002, invalid_request},
                                                          {1005, invalid_request},
                                                          {1012, invalid_request},
                                                          {1020, invalid_request},
                                                          {1008, invalid_credentials},
                                                          {2003, invalid_credentials},
                                                          {2004, invalid_credentials},
                                                          {9999, invalid_request}}) {
    auto came = aut->judge(
      response{.status = 400, .body = json{{"error", {{"code", code}}}}.dump()}, from_millis(0));
    CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
    CAF_CHECK_EQUAL(came.provider_code, std::to_string(code));
  }
  auto limited = aut->judge(response{.status = 429, .body = R"({"error":{"code":2002}})"}, {});
  CAF_CHECK(limited.wait == std::chrono::minutes{1});
  CAF_CHECK(aut->judge(response{.status = 401}, {}).error_class == invalid_credentials);
}

CAF_TEST(any bytes are judged without an exception) {
  auto aut = jpush();
  for (auto body : {"", "{}", "[]", R"({"error":7})", R"({"error":{"code":"x"}})", "\xff"})
    for (auto status : {200, 400, 429, 500})
      aut->judge(response{status, {{"x-rate-limit-reset", "soon"}}, body}, from_millis(0));
  auto garbage = aut->judge(response{.status = 200, .body = "<html>"}, {});
  CAF_CHECK(garbage.error_class == error_class::transient);
}

CAF_TEST(an id of more than 53 bits stays what it is) {
  auto came = jpush()->judge(
    response{.status = 200, .body = R"({"sendno":"0","msg_id":18100287012345678901})"}, {});
  CAF_CHECK_EQUAL(came.provider_message_id, "18100287012345678901");
}

CAF_TEST(an address may be an alias or a tag but not nothing) {
  CAF_CHECK(jpush()->compose(test::push_message(""), test::push_stamp()).error().code
            == errc::not_found);
  auto audience = [](const char* address) {
    return json::parse(composed(test::push_message(address)).body)["audience"];
  };
  CAF_CHECK_EQUAL(audience("alias:ann"), (json{{"alias", json::array({"ann"})}}));
  CAF_CHECK_EQUAL(audience("tag:vip"), (json{{"tag", json::array({"vip"})}}));
  CAF_CHECK_EQUAL(audience("aliased"), (json{{"registration_id", json::array({"aliased"})}}));
}

CAF_TEST(a long text is cut and data goes to the app) {
  auto what = test::push_message("rid", R"({"order":"o-1","badge":2})");
  what.content.text = std::string(5000, 'x');
  auto sent = composed(what);
  CAF_CHECK(sent.body.size() <= 3500);
  auto body = json::parse(sent.body);
  CAF_CHECK(body["notification"]["alert"].get<std::string>().ends_with("…"));
  CAF_CHECK_EQUAL(body["notification"]["android"]["extras"], (json{{"order", "o-1"}}));
  CAF_CHECK_EQUAL(body["notification"]["ios"]["badge"], 2);
}

CAF_TEST(cids are asked for ten at a time and each serves one delivery for a day) {
  auto aut = jpush();
  CAF_CHECK(!aut->needs_token());
  CAF_CHECK(aut->needs_ticket(test::push_message("rid"), day));
  const auto asked = aut->authorize({});
  CAF_REQUIRE(asked.has_value());
  const auto& sent = std::get<http_request>(std::get<request>(*asked));
  CAF_CHECK_EQUAL(sent.method, "GET");
  CAF_CHECK(sent.url.ends_with("/v3/push/cid?count=10"));
  CAF_CHECK(!test::header_of(sent, "Authorization").empty());

  const auto got = tickets_of(R"({"cidlist":["app-1","app-2"]})");
  CAF_REQUIRE_EQUAL(got.tickets.size(), 2u);
  CAF_CHECK(got.expires_at < day + std::chrono::hours{24});
  auto what = test::push_message("rid");
  what.ticket = got.tickets[1];
  CAF_CHECK(!aut->needs_ticket(what, day));
  CAF_CHECK(aut->needs_ticket(what, day + std::chrono::hours{24}));
  CAF_CHECK_EQUAL(json::parse(composed(what).body).value("cid", ""), "app-2");
}

CAF_TEST(a cid that the producer brings goes before one that was fetched) {
  auto what = test::push_message("rid", R"({"cid":"mine"})");
  CAF_CHECK(!jpush()->needs_ticket(what, day));
  what.ticket = tickets_of(R"({"cidlist":["theirs"]})").tickets[0];
  CAF_CHECK_EQUAL(json::parse(composed(what).body).value("cid", ""), "mine");
}

CAF_TEST(a cid of another app is none) {
  auto what = test::push_message("rid");
  what.ticket = tickets_of(R"({"cidlist":["app-1"]})").tickets[0];
  auto made = make_channel(
    test::push_settings("jpush", {{"app_key", "another"}, {"master_secret", "secret"}}));
  CAF_CHECK((*made)->needs_ticket(what, day));
  CAF_CHECK(!jpush()->needs_ticket(what, day));
}

CAF_TEST(a host that gives out no cids is sent pushes without) {
  for (auto [status, body] :
       {std::pair{404, "no such page"}, {405, ""}, {200, R"({"msg_id":"1"})"}}) {
    const auto got = jpush()->token(response{.status = status, .body = body}, day);
    CAF_REQUIRE(std::holds_alternative<grant>(got));
    auto what = test::push_message("rid");
    what.ticket = std::get<grant>(got).tickets.at(0);
    CAF_CHECK(!jpush()->needs_ticket(what, day));
    CAF_CHECK(!json::parse(composed(what).body).contains("cid"));
  }
}

CAF_TEST(a refusal of cids means what a refusal of pushes means) {
  using enum error_class;
  const auto refusal = [](transport_result came) {
    const auto got = jpush()->token(came, day);
    return std::holds_alternative<outcome>(got) ? std::get<outcome>(got).error_class : none;
  };
  CAF_CHECK(refusal(transport_error{transport_failure::connect, "nobody"}) == transient);
  CAF_CHECK(refusal(response{.status = 500, .body = R"({"error":{"code":1000}})"}) == transient);
  CAF_CHECK(refusal(response{.status = 429, .body = R"({"error":{"code":2002}})"}) == rate_limited);
  CAF_CHECK(refusal(response{.status = 401, .body = R"({"error":{"code":1004}})"})
            == invalid_credentials);
  for (auto body : {"", "<html>", "[]", R"({"cidlist":[]})", R"({"cidlist":[7]})"})
    CAF_CHECK(refusal(response{.status = 200, .body = body}) == transient);
}

CAF_TEST(the credentials are tested by asking for an id) {
  auto aut = jpush();
  auto asked = aut->probe({});
  auto& sent = std::get<http_request>(*asked);
  CAF_CHECK_EQUAL(sent.method, "GET");
  CAF_CHECK(sent.url.ends_with("/v3/push/cid?count=1"));
  CAF_CHECK(
    aut->judge_probe(response{.status = 200, .body = R"({"cidlist":["a"]})"}, {}).error_class
    == error_class::none);
  CAF_CHECK(
    aut->judge_probe(response{.status = 401, .body = R"({"error":{"code":1004}})"}, {}).error_class
    == error_class::invalid_credentials);
}

}  // namespace jpush_suite
