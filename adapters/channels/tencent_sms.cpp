// Tencent Cloud SMS (腾讯云短信), SendSms 2021-01-11:
// https://cloud.tencent.com/document/api/382/55981, error codes .../382/59177

#include "adapters/channels/canonical_headers.hpp"
#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/sms.hpp"
#include "adapters/channels/tc3_signature.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::channels {

namespace tencent_sms {

namespace {

using enum error_class;

constexpr verdict of_this_number(milliseconds wait) {
  return {.what = rate_limited, .wait = wait, .wait_is_own = true};
}

constexpr std::array table{
  named_error{"LimitExceeded.PhoneNumberThirtySecondLimit", of_this_number(seconds{30})},
  named_error{"LimitExceeded.PhoneNumberOneHourLimit", of_this_number(std::chrono::hours{1})},
  named_error{"LimitExceeded.PhoneNumberDailyLimit", of_this_number(std::chrono::hours{24})},
  named_error{"LimitExceeded.PhoneNumberSameContentDailyLimit",
              of_this_number(std::chrono::hours{24})},
  named_error{"LimitExceeded.DeliveryFrequencyLimit", of_this_number(std::chrono::minutes{1})},
  named_error{"LimitExceeded.PhoneNumberCountLimit", {invalid_request}},
  named_error{"LimitExceeded*", {rate_limited, seconds{1}}},
  named_error{"RequestLimitExceeded*", {rate_limited, seconds{1}}},
  named_error{"InvalidParameterValue.IncorrectPhoneNumber", {invalid_recipient}},
  named_error{"FailedOperation.PhoneNumberInBlacklist", {invalid_recipient}},
  // Spelt so by the provider.
  named_error{"UnsupportedOperation.UnsuportedRegion", {invalid_recipient}},
  named_error{"AuthFailure*", {invalid_credentials}},
  named_error{"UnauthorizedOperation*", {invalid_credentials}},
  named_error{"FailedOperation.InsufficientBalanceInSmsPackage", {invalid_credentials}},
  named_error{"InvalidParameterValue.SdkAppIdNotExist", {invalid_credentials}},
  named_error{"FailedOperation.TemplateIncorrectOrUnapproved", unapproved},
  named_error{"FailedOperation.SignatureIncorrectOrUnapproved", unapproved},
  named_error{"InternalError*", {transient}},
};

/// Limits of the application that end with the day.
constexpr std::array<std::string_view, 2> daily{"LimitExceeded.AppDailyLimit",
                                                "LimitExceeded.DailyLimit"};

/// The defaults of the console.
constexpr std::array<sms::window, 3> windows{{
  {1, seconds{30}},
  {5, std::chrono::hours{1}},
  {10, std::chrono::hours{24}},
}};

struct account {
  std::string base;
  std::string secret_id;
  std::string secret_key;
  std::string sdk_app_id;
  std::string sign_name;
  std::string region;
  milliseconds timeout;
};

/// The verdict on the one number, or on the call; an empty code where there is neither.
struct verdict_text {
  std::string code;
  std::string serial_number;
};

verdict_text verdict_in(const nlohmann::json& body) {
  const auto said = body.value("Response", nlohmann::json{});
  if (!said.is_object())
    return {};
  if (const auto refused = said.value("Error", nlohmann::json{}); refused.is_object())
    return {text_in(refused, "Code"), {}};
  const auto numbers = said.value("SendStatusSet", nlohmann::json{});
  if (!numbers.is_array() || numbers.empty())
    return {};
  return {text_in(numbers.front(), "Code"), text_in(numbers.front(), "SerialNo")};
}

class tencent_sms_channel final : public channel {
 public:
  explicit tencent_sms_channel(account with) : account_(std::move(with)) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto filled = sms::template_of(what.content);
    if (!filled)
      return filled.error();
    nlohmann::json body{
      {"PhoneNumberSet", nlohmann::json::array({sms::international(what.recipient)})},
      {"SmsSdkAppId", account_.sdk_app_id},
      {"TemplateId", filled->id},
      {"SessionContext", to_text(what.id)}};
    if (!account_.sign_name.empty())
      body["SignName"] = account_.sign_name;
    auto& values = body["TemplateParamSet"] = nlohmann::json::array();
    for (const auto& [name, value] : filled->values)
      values.push_back(value);
    return request{call("SendSms", body.dump(), at)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto [code, serial_number] = verdict_in(object_in(got.body));
    if (code.empty())
      return judge_unreadable(got, now);
    if (code == "Ok")
      return {
        .provider_code = code, .provider_message_id = serial_number, .excerpt = excerpt(got.body)};
    auto out = judge_named(got, code, table, now);
    if (std::ranges::find(daily, code) != daily.end())
      out.wait = sms::until_next_day(now);
    else if (code.starts_with("InternalError."))
      out.excerpt = "answered, but the outcome is unknown: " + out.excerpt;
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return sms::limits_of(sms::international(what.recipient), windows);
  }

  /// Asks what was sent in this hour.
  result<request> probe(const stamp& at) const override {
    const auto now = codec::rfc3339(at.now);
    const auto hour = now.substr(0, 4) + now.substr(5, 2) + now.substr(8, 2) + now.substr(11, 2);
    const nlohmann::json body{{"SmsSdkAppId", account_.sdk_app_id},
                              {"BeginTime", hour},
                              {"EndTime", hour},
                              {"Limit", 0},
                              {"Offset", 0}};
    return request{call("SendStatusStatistics", body.dump(), at)};
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    if (const auto* got = std::get_if<response>(&came)) {
      const auto said = object_in(got->body).value("Response", nlohmann::json{});
      if (said.is_object() && !said.contains("Error"))
        return {.provider_code = "Ok", .excerpt = excerpt(got->body)};
    }
    auto out = judge(came, now);
    if (out.error_class == invalid_request)
      out.error_class = none;
    return out;
  }

 private:
  http_request call(const char* action, std::string body, const stamp& at) const {
    auto out = json_post(account_.base + "/", std::move(body), account_.timeout);
    out.headers.emplace_back("Host", host_of(out.url));
    const tc3::call what{.service = "sms", .at = at.now, .headers = out.headers, .body = out.body};
    out.headers.insert(
      out.headers.end(),
      {{"X-TC-Action", action},
       {"X-TC-Version", "2021-01-11"},
       {"X-TC-Timestamp", std::to_string(to_millis(at.now) / 1000)},
       {"X-TC-Region", account_.region},
       {"Authorization", tc3::authorization(what, account_.secret_id, account_.secret_key)}});
    return out;
  }

  account account_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = base_of(settings, "https://sms.tencentcloudapi.com");
  if (!base)
    return base.error();
  auto region = key_of(settings, "region");
  return channel_ptr{std::make_shared<tencent_sms_channel>(
    account{std::move(*base), key_of(settings, "secret_id"), key_of(settings, "secret_key"),
            key_of(settings, "sdk_app_id"), key_of(settings, "sign_name"),
            region.empty() ? "ap-guangzhou" : std::move(region), settings.timeout})};
}

}  // namespace

}  // namespace tencent_sms

channel_type tencent_sms_type() {
  return {
    .name = "tencent_sms",
    .doc = "SMS by Tencent Cloud (腾讯云短信).",
    .defaults = {.rate = rate_limit{.count = 200, .per = seconds{1}, .burst = 100},
                 .concurrency = 16},
    .keys = {{"secret_id", true, false, "the API key's SecretId"},
             {"secret_key", true, true, "the API key's SecretKey"},
             {"sdk_app_id", true, false, "the SMS application's SdkAppId"},
             {"sign_name", false, false, "the approved signature, needed within China"},
             {"region", false, false, "ap-guangzhou where it says nothing"},
             {"base_url", false, false,
              "another place in place of https://sms.tencentcloudapi.com"}},
    .make = tencent_sms::make,
  };
}

}  // namespace carillon::channels
