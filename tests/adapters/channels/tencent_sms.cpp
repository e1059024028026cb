#define CAF_SUITE tencent_sms

#include "adapters/channels/tc3_signature.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace tencent_sms_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr cloud(std::string base = "http://127.0.0.1:9002") {
  return test::provider("tencent_sms", {{"secret_id", "AKIDtest"},
                                        {"secret_key", "TestSecretKey"},
                                        {"sdk_app_id", "1400006666"},
                                        {"sign_name", "测试"},
                                        {"base_url", std::move(base)}});
}

delivery login_code() {
  delivery out;
  out.recipient = "13900001111";
  out.content = {.text = "x", .template_id = "1110", .params = R"(["1234",5])"};
  return out;
}

/// A verdict on the one number.
std::string of_number(std::string code) {
  json number{{"SerialNo", ""}, {"PhoneNumber", "+8613900001111"}, {"Code", std::move(code)}};
  return json{{"Response", {{"SendStatusSet", json::array({number})}, {"RequestId", "r"}}}}.dump();
}

/// A verdict on the whole call.
std::string of_call(std::string code) {
  return json{{"Response", {{"Error", {{"Code", std::move(code)}}}, {"RequestId", "r"}}}}.dump();
}

}  // namespace

CAF_TEST(a message becomes a signed call with its template filled) {
  const auto sent = test::composed(*cloud(), login_code());
  CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9002/");
  const auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["PhoneNumberSet"], json({"+8613900001111"}));
  CAF_CHECK_EQUAL(body["SmsSdkAppId"], "1400006666");
  CAF_CHECK_EQUAL(body["TemplateId"], "1110");
  CAF_CHECK_EQUAL(body["SignName"], "测试");
  CAF_CHECK_EQUAL(body["TemplateParamSet"], json({"1234", "5"}));
  CAF_CHECK_EQUAL(body["SessionContext"], to_text(login_code().id));
  CAF_CHECK_EQUAL(header(sent, "X-TC-Action"), "SendSms");
  CAF_CHECK_EQUAL(header(sent, "X-TC-Version"), "2021-01-11");
  CAF_CHECK_EQUAL(header(sent, "X-TC-Timestamp"), "1716193815");
  CAF_CHECK_EQUAL(header(sent, "X-TC-Region"), "ap-guangzhou");
}

CAF_TEST(host and content type are signed as they are sent and a path before them is not ) {
  const auto sent = test::composed(*cloud("http://127.0.0.1:9002/tc"), login_code());
  CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9002/tc/");
  CAF_CHECK_EQUAL(header(sent, "Host"), "127.0.0.1:9002");
  CAF_CHECK_EQUAL(header(sent, "Content-Type"), "application/json; charset=utf-8");
  const channels::tc3::call what{
    .service = "sms",
    .at = from_millis(1716193815000),
    .headers = {{"content-type", header(sent, "Content-Type")}, {"host", header(sent, "Host")}},
    .body = sent.body};
  CAF_CHECK(channels::tc3::canonical_request(what).starts_with("POST\n/\n\ncontent-type:"));
  CAF_CHECK_EQUAL(header(sent, "Authorization"),
                  channels::tc3::authorization(what, "AKIDtest", "TestSecretKey"));
}

CAF_TEST(words go as they are) {
  auto what = login_code();
  what.content.params = json::array({test::special}).dump();
  const auto sent = test::composed(*cloud(), what);
  CAF_CHECK_EQUAL(test::copied(json::parse(sent.body)["TemplateParamSet"][0]), test::special);
  CAF_CHECK(sent.body.find("鸡肉") != std::string::npos);
}

CAF_TEST(values keep their order where the provider counts) {
  auto what = login_code();
  what.content.params.clear();
  what.content.data = R"({"z":"1","a":"2","m":3})";
  CAF_CHECK_EQUAL(
    test::copied(json::parse(test::composed(*cloud(), what).body)["TemplateParamSet"]),
    json({"1", "2", "3"}));
}

CAF_TEST(numbers of China get their prefix and others stay) {
  const auto sent_to = [](std::string recipient) {
    auto what = login_code();
    what.recipient = std::move(recipient);
    return json::parse(test::composed(*cloud(), what).body)["PhoneNumberSet"][0].get<std::string>();
  };
  CAF_CHECK_EQUAL(sent_to("0086 139-0000-1111"), "+8613900001111");
  CAF_CHECK_EQUAL(sent_to("8613900001111"), "+8613900001111");
  CAF_CHECK_EQUAL(sent_to("+1 (555) 867-5310"), "+15558675310");
  CAF_CHECK_EQUAL(sent_to("nobody@example.com"), "nobody@example.com");
}

CAF_TEST(every answer of the error table is classified by its code) {
  const auto all = test::vectors("tencent_sms", "classify/");
  CAF_CHECK_EQUAL(all.size(), 11u);
  CAF_CHECK_EQUAL(test::misjudged(*cloud(), all), std::vector<std::string>{});
  const auto is = [](error_class wanted, std::initializer_list<const char*> codes) {
    for (const auto* code : codes) {
      CAF_MESSAGE(code);
      for (const auto& body : {of_number(code), of_call(code)}) {
        const auto came = test::judged(*cloud(), 200, body);
        CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
        CAF_CHECK_EQUAL(came.provider_code, code);
      }
    }
  };
  is(error_class::rate_limited,
     {"LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit",
      "LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit",
      "LimitExceeded.DeliveryFrequencyLimit", "LimitExceeded.AppDailyLimit",
      "LimitExceeded.DailyLimit", "RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded",
      "LimitExceeded"});
  is(error_class::invalid_recipient,
     {"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist",
      "UnsupportedOperation.UnsuportedRegion"});
  is(error_class::invalid_request,
     {"FailedOperation.TemplateIncorrectOrUnapproved",
      "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.ContainSensitiveWord",
      "InvalidParameterValue.TemplateParameterFormatError",
      "InvalidParameterValue.TemplateParameterLengthLimit",
      "InvalidParameterValue.ContentLengthLimit",
      "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
      "MissingParameter.EmptyPhoneNumberSet", "FailedOperation.FailResolvePacket",
      "FailedOperation.JsonParseFail",
      "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
      "LimitExceeded.PhoneNumberCountLimit", "FailedOperation.MarketingSendTimeConstraint"});
  is(
    error_class::invalid_credentials,
    {"AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire",
     "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "UnauthorizedOperation.RequestIpNotInWhitelist",
     "UnauthorizedOperation.SerivceSuspendDueToArrears",
     "FailedOperation.InsufficientBalanceInSmsPackage", "InvalidParameterValue.SdkAppIdNotExist"});
  is(error_class::transient,
     {"InternalError", "InternalError.Timeout", "InternalError.SendAndRecvFail"});
}

CAF_TEST(signs and templates that are not approved are for an operator) {
  const auto came = [](const char* code) { return test::judged(*cloud(), 200, of_number(code)); };
  CAF_CHECK(came("FailedOperation.TemplateIncorrectOrUnapproved").for_operator);
  CAF_CHECK(came("FailedOperation.SignatureIncorrectOrUnapproved").for_operator);
  CAF_CHECK(!came("FailedOperation.ContainSensitiveWord").for_operator);
}

CAF_TEST(limits tell how long they last and whom they hold) {
  const auto came = [](const char* code) { return test::judged(*cloud(), 200, of_number(code)); };
  CAF_CHECK_EQUAL(came("LimitExceeded.DeliveryFrequencyLimit").wait, seconds{60});
  CAF_CHECK(came("LimitExceeded.PhoneNumberSameContentDailyLimit").wait_is_own);
  CAF_CHECK_EQUAL(came("LimitExceeded.PhoneNumberSameContentDailyLimit").wait, seconds{86400});
  // 16:30:15 in China.
  CAF_CHECK_EQUAL(came("LimitExceeded.AppDailyLimit").wait, seconds{7 * 3600 + 29 * 60 + 45});
  CAF_CHECK(!came("LimitExceeded.AppDailyLimit").wait_is_own);
  CAF_CHECK_EQUAL(came("RequestLimitExceeded").wait, seconds{1});
}

CAF_TEST(what cannot be read and what may have been sent is ambiguous) {
  CAF_CHECK(test::judges_anything(*cloud()));
  for (const auto& body : {std::string{"<html>"}, std::string{R"({"Response":{}})"},
                           of_call("InternalError.SendAndRecvFail")}) {
    const auto came = test::judged(*cloud(), 200, body);
    CAF_CHECK(came.error_class == error_class::transient);
    CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
  }
  CAF_CHECK(test::judged(*cloud(), 502, "<html>").error_class == error_class::transient);
}

CAF_TEST(a number has three windows) {
  auto what = login_code();
  what.recipient = "86-139-0000-1111";
  const auto all = cloud()->scopes(what);
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(all[0].key, "+8613900001111/30s");
  CAF_CHECK(all[0].limit == (rate_limit{1, seconds{30}, 1}));
  CAF_CHECK(all[1].limit == (rate_limit{5, std::chrono::hours{1}, 5}));
  CAF_CHECK(all[2].limit == (rate_limit{10, std::chrono::hours{24}, 10}));
}

CAF_TEST(its credentials are tried by a question that sends nothing) {
  const auto sent = test::probing(*cloud());
  CAF_CHECK_EQUAL(header(sent, "X-TC-Action"), "SendStatusStatistics");
  CAF_CHECK_EQUAL(test::copied(json::parse(sent.body)["BeginTime"]), "2024052008");
  const auto told = [](std::string body) {
    return cloud()->judge_probe(response{.status = 200, .body = std::move(body)}, {}).error_class;
  };
  CAF_CHECK(told(R"({"Response":{"SendStatusStatistics":{},"RequestId":"r"}})")
            == error_class::none);
  CAF_CHECK(told(of_call("AuthFailure.SignatureFailure")) == error_class::invalid_credentials);
  CAF_CHECK(told(of_call("InvalidParameterValue.BeginTimeVerifyFail")) == error_class::none);
  CAF_CHECK(told(of_call("InternalError")) == error_class::transient);
  CAF_CHECK(told("<html>") == error_class::transient);
}

CAF_TEST(a question that reaches nobody is tried again) {
  const auto judged = [](const transport_result& came) {
    return cloud()->judge_probe(came, {}).error_class;
  };
  CAF_CHECK(judged(transport_error{transport_failure::connect, "x"}) == error_class::transient);
  CAF_CHECK(judged(response{.status = 502, .body = "<html>"}) == error_class::transient);
}

CAF_TEST(a message without a template is invalid) {
  auto what = login_code();
  what.content.template_id.clear();
  CAF_CHECK(!cloud()->compose(what, {}).has_value());
  what.content.data = R"({"template_code":1110,"template_params":["6","7"]})";
  what.content.params.clear();
  const auto body = json::parse(test::composed(*cloud(), what).body);
  CAF_CHECK_EQUAL(body["TemplateId"], "1110");
  CAF_CHECK_EQUAL(body["TemplateParamSet"], json({"6", "7"}));
}

}  // namespace tencent_sms_suite
