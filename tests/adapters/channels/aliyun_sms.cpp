#define CAF_SUITE aliyun_sms

#include "adapters/channels/acs3_signature.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace aliyun_sms_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr cloud(std::string base = "http://127.0.0.1:9003/sms") {
  return test::provider("aliyun_sms", {{"access_key_id", "LTAI5tTestAccessKeyId00"},
                                       {"access_key_secret", "TestAccessKeySecret0123456789abcd"},
                                       {"sign_name", "智链OS"},
                                       {"base_url", std::move(base)}});
}

delivery ready_order() {
  delivery out;
  out.recipient = "13800138000";
  out.content = {.title = "订单", .text = "订单已完成", .template_id = "SMS_154950909"};
  out.content.params = json{{"name", test::special}, {"store", "一号店"}}.dump();
  return out;
}

/// The parameters of a request's query, decoded.
std::map<std::string, std::string> query_of(const http_request& x) {
  std::map<std::string, std::string> out;
  auto rest = std::string_view{x.url}.substr(x.url.find('?') + 1);
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    std::string value;
    for (std::size_t i = one.find('=') + 1; i < one.size(); ++i)
      if (one[i] == '%') {
        value.push_back(
          static_cast<char>(std::stoi(std::string{one.substr(i + 1, 2)}, nullptr, 16)));
        i += 2;
      } else {
        value.push_back(one[i]);
      }
    out[std::string{one.substr(0, one.find('='))}] = value;
  }
  return out;
}

outcome answered(std::string code, std::string message = "x", int status = 200,
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
  return test::judged(*cloud(), status,
                      json{{"Code", code}, {"Message", message}, {"RequestId", "r"}}.dump(),
                      std::move(headers));
}

}  // namespace

CAF_TEST(a message becomes a signed call with its template filled) {
  const auto sent = test::composed(*cloud(), ready_order());
  CAF_CHECK(sent.url.starts_with("http://127.0.0.1:9003/sms/?"));
  CAF_CHECK(sent.body.empty());
  auto query = query_of(sent);
  CAF_CHECK_EQUAL(query["PhoneNumbers"], "13800138000");
  CAF_CHECK_EQUAL(query["SignName"], "智链OS");
  CAF_CHECK_EQUAL(query["TemplateCode"], "SMS_154950909");
  CAF_CHECK_EQUAL(query["OutId"], to_text(ready_order().id));
  const json filled{{"name", test::special}, {"store", "一号店"}};
  CAF_CHECK_EQUAL(json::parse(query["TemplateParam"]), filled);
  CAF_CHECK_EQUAL(header(sent, "host"), "127.0.0.1:9003");
  CAF_CHECK_EQUAL(header(sent, "x-acs-action"), "SendSms");
  CAF_CHECK_EQUAL(header(sent, "x-acs-date"), "2024-05-20T08:30:15Z");
}

CAF_TEST(the path that is asked for is the path that is signed) {
  const auto sent = test::composed(*cloud(), ready_order());
  channels::acs3::call what{.path = "/sms/", .query = sent.url.substr(sent.url.find('?') + 1)};
  for (const auto& one : sent.headers)
    if (one.first != "authorization")
      what.headers.push_back(one);
  CAF_CHECK_EQUAL(what.headers.size(), 6u);
  CAF_CHECK_EQUAL(header(sent, "authorization"),
                  channels::acs3::authorization(what, "LTAI5tTestAccessKeyId00",
                                                "TestAccessKeySecret0123456789abcd"));
}

CAF_TEST(every attempt has a nonce of its own) {
  const auto nonce = [](std::int64_t at, std::uint64_t random) {
    return header(test::composed(*cloud(), ready_order(), {from_millis(at), random}),
                  "x-acs-signature-nonce");
  };
  CAF_CHECK_EQUAL(nonce(1000, 1).size(), 32u);
  CAF_CHECK_NOT_EQUAL(nonce(1000, 1), nonce(1000, 2));
  CAF_CHECK_NOT_EQUAL(nonce(1000, 1), nonce(2000, 1));
}

CAF_TEST(without params the scalar members of the data fill the template) {
  auto what = ready_order();
  what.content.params.clear();
  what.content.data = R"({"order_id":42,"paid":true,"who":"张三","items":[1],"none":null})";
  CAF_CHECK_EQUAL(test::copied(query_of(test::composed(*cloud(), what))["TemplateParam"]),
                  R"({"order_id":"42","paid":"true","who":"张三"})");
  what.content.data = "{}";
  CAF_CHECK(!query_of(test::composed(*cloud(), what)).contains("TemplateParam"));
}

CAF_TEST(the data may name the template itself) {
  auto what = ready_order();
  what.content.template_id.clear();
  what.content.params.clear();
  what.content.data = R"({"template_code":"SMS_123456","template_params":{"code":"1234"},"x":1})";
  auto query = query_of(test::composed(*cloud(), what));
  CAF_CHECK_EQUAL(query["TemplateCode"], "SMS_123456");
  CAF_CHECK_EQUAL(query["TemplateParam"], R"({"code":"1234"})");
  what.content.data = R"({"template_code":"SMS_123456","code":"1234"})";
  CAF_CHECK_EQUAL(test::copied(query_of(test::composed(*cloud(), what))["TemplateParam"]),
                  R"({"code":"1234"})");
}

CAF_TEST(a message without a template is invalid and says what is missing) {
  auto what = ready_order();
  what.content.template_id.clear();
  const auto made = cloud()->compose(what, {});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(made.error().detail.find("template_id") != std::string::npos);
}

CAF_TEST(a number goes without what people write between its digits) {
  auto what = ready_order();
  for (const auto* written : {"138 0013-8000", "+86 138-0013-8000", "(0086) 13800138000"}) {
    what.recipient = written;
    const auto url = test::composed(*cloud(), what).url;
    CAF_CHECK(url.find("PhoneNumbers=13800138000&") != std::string::npos);
  }
}

CAF_TEST(an address is one number) {
  auto what = ready_order();
  what.recipient = "13800138000,13900139000";
  CAF_CHECK(cloud()->compose(what, {}).error().code == errc::not_found);
}

CAF_TEST(every answer of the error table is classified by its code) {
  const auto all = test::vectors("aliyun_sms", "classify/");
  CAF_CHECK_EQUAL(all.size(), 11u);
  CAF_CHECK_EQUAL(test::misjudged(*cloud(), all), std::vector<std::string>{});
  const auto is = [](error_class wanted, std::initializer_list<const char*> codes) {
    for (const auto* code : codes) {
      CAF_MESSAGE(code);
      CAF_CHECK_EQUAL(to_string(answered(code).error_class), to_string(wanted));
      CAF_CHECK_EQUAL(answered(code).provider_code, code);
    }
  };
  is(error_class::none, {"OK"});
  is(error_class::rate_limited,
     {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL",
      "Throttling", "Throttling.User", "Throttling.Api", "ServiceUnavailable.Throttling"});
  is(error_class::invalid_recipient,
     {"isv.MOBILE_NUMBER_ILLEGAL", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"});
  is(error_class::invalid_request,
     {"isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL",
      "isv.INVALID_JSON_PARAM", "isv.INVALID_PARAMETERS", "isv.PARAM_LENGTH_LIMIT",
      "isv.PARAM_NOT_SUPPORT_URL", "isv.SMS_CONTENT_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL",
      "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
      "isv.EXTEND_CODE_ERROR", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.MOBILE_COUNT_OVER_LIMIT",
      "MissingPhoneNumbers"});
  is(error_class::invalid_credentials,
     {"isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT",
      "isv.PRODUCT_UNSUBSCRIBE", "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL",
      "isv.DENY_IP_RANGE", "isp.RAM_PERMISSION_DENY", "Forbidden.RAM", "SignatureDoesNotMatch",
      "IncompleteSignature", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive",
      "InvalidSecurityToken.Expired", "InvalidTimeStamp.Expired"});
  is(error_class::transient,
     {"SignatureNonceUsed", "isp.SYSTEM_ERROR", "InternalError", "ServiceUnavailable"});
}

CAF_TEST(signs and templates that are not approved are for an operator) {
  for (const auto* code :
       {"isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL"}) {
    CAF_MESSAGE(code);
    CAF_CHECK(answered(code).for_operator);
  }
  for (const auto* code : {"isv.SMS_CONTENT_ILLEGAL", "isv.MOBILE_NUMBER_ILLEGAL", "OK"})
    CAF_CHECK(!answered(code).for_operator);
}

CAF_TEST(limits tell how long they last and whom they hold) {
  CAF_CHECK(answered("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:40").wait_is_own);
  CAF_CHECK_EQUAL(answered("isv.BUSINESS_LIMIT_CONTROL", "?").wait, seconds{60});
  // 16:30:15 in China, on 20 May.
  const auto day = answered("isv.DAY_LIMIT_CONTROL");
  CAF_CHECK(!day.wait_is_own);
  CAF_CHECK_EQUAL(day.wait, seconds{7 * 3600 + 29 * 60 + 45});
  CAF_CHECK_EQUAL(answered("isv.MONTH_LIMIT_CONTROL").wait, day.wait + std::chrono::days{11});
  CAF_CHECK_EQUAL(answered("Throttling.User").wait, seconds{3});
  CAF_CHECK_EQUAL(answered("Throttling", "x", 503, {{"x-acs-retry-after", "7"}}).wait, seconds{7});
}

CAF_TEST(the id of an accepted message is its BizId) {
  const auto came =
    test::judged(*cloud(), 200,
                 R"({"Code":"OK","Message":"OK","BizId":"900619746936498440^0","RequestId":"r"})");
  CAF_CHECK(came.error_class == error_class::none);
  CAF_CHECK_EQUAL(came.provider_message_id, "900619746936498440^0");
}

CAF_TEST(the log does not show the key that a refused signature is explained with) {
  const auto came = answered("SignatureDoesNotMatch",
                             "server string to sign: Credential=LTAI5tTestAccessKeyId00,x", 400);
  CAF_CHECK(came.excerpt.find("LTAI") == std::string::npos);
  CAF_CHECK(came.excerpt.find("Credential=***,x") != std::string::npos);
}

CAF_TEST(what cannot be read is judged by its status and a 200 is ambiguous) {
  CAF_CHECK(test::judges_anything(*cloud()));
  const auto came = test::judged(*cloud(), 200, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
  CAF_CHECK(test::judged(*cloud(), 503, "<html>").error_class == error_class::transient);
}

CAF_TEST(a one-time password has three windows for each number and a notice one) {
  auto what = ready_order();
  what.recipient = "+86 138-0013-8000";
  const auto notice = cloud()->scopes(what);
  CAF_REQUIRE_EQUAL(notice.size(), 1u);
  CAF_CHECK_EQUAL(notice[0].key, "13800138000/SMS_154950909/86400s");
  CAF_CHECK_EQUAL(notice[0].limit.count, 50);
  what.content.params = R"({"code":"012345"})";
  const auto password = cloud()->scopes(what);
  CAF_REQUIRE_EQUAL(password.size(), 3u);
  CAF_CHECK_EQUAL(password[0].key, "13800138000/60s");
  CAF_CHECK(password[0].limit == (rate_limit{1, seconds{60}, 1}));
  CAF_CHECK(password[1].limit == (rate_limit{5, std::chrono::hours{1}, 5}));
  CAF_CHECK(password[2].limit == (rate_limit{10, std::chrono::hours{24}, 10}));
}

CAF_TEST(its credentials are tried by a question that sends nothing) {
  const auto sent = test::probing(*cloud());
  CAF_CHECK_EQUAL(header(sent, "x-acs-action"), "QuerySendStatistics");
  CAF_CHECK_EQUAL(test::copied(query_of(sent)["StartDate"]), "20240520");
  const auto told = [](std::string code) {
    return cloud()
      ->judge_probe(response{.status = 400, .body = json{{"Code", code}}.dump()}, {})
      .error_class;
  };
  CAF_CHECK(told("OK") == error_class::none);
  CAF_CHECK(told("InvalidAccessKeyId.NotFound") == error_class::invalid_credentials);
  CAF_CHECK(told("isv.ACCOUNT_ABNORMAL") == error_class::invalid_credentials);
  CAF_CHECK(told("Forbidden.RAM") == error_class::none);  // may send, may not ask
  CAF_CHECK(told("ServiceUnavailable") == error_class::transient);
}

CAF_TEST(the region chooses the host) {
  const auto url_in = [](std::string region) {
    const auto aut = test::provider("aliyun_sms", {{"access_key_id", "a"},
                                                   {"access_key_secret", "b"},
                                                   {"sign_name", "c"},
                                                   {"region", std::move(region)}});
    const auto url = test::composed(*aut, ready_order()).url;
    return url.substr(0, url.find('?'));
  };
  CAF_CHECK_EQUAL(url_in(""), "https://dysmsapi.aliyuncs.com/");
  CAF_CHECK_EQUAL(url_in("cn-shenzhen"), "https://dysmsapi.aliyuncs.com/");
  CAF_CHECK_EQUAL(url_in("ap-southeast-1"), "https://dysmsapi.ap-southeast-1.aliyuncs.com/");
  CAF_CHECK_EQUAL(test::faulty_key("aliyun_sms", {{"access_key_id", "a"},
                                                  {"access_key_secret", "b"},
                                                  {"sign_name", "c"},
                                                  {"base_url", "nowhere"}}),
                  "/base_url");
}

}  // namespace aliyun_sms_suite
