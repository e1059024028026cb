// Alibaba Cloud SMS (阿里云短信), SendSms 2017-05-25:
// https://help.aliyun.com/document_detail/419273.html, error codes .../101346.html

#include "adapters/channels/acs3_signature.hpp"
#include "adapters/channels/canonical_headers.hpp"
#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/sms.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace carillon::channels {

namespace aliyun_sms {

namespace {

using enum error_class;

constexpr std::array table{
  named_error{"isv.MOBILE_NUMBER_ILLEGAL", {invalid_recipient}},
  named_error{"isv.DOMESTIC_NUMBER_NOT_SUPPORTED", {invalid_recipient}},
  named_error{"isv.AMOUNT_NOT_ENOUGH", {invalid_credentials}},
  named_error{"isv.OUT_OF_SERVICE", {invalid_credentials}},
  named_error{"isv.PRODUCT_UN_SUBSCRIPT", {invalid_credentials}},
  named_error{"isv.PRODUCT_UNSUBSCRIBE", {invalid_credentials}},
  named_error{"isv.ACCOUNT_NOT_EXISTS", {invalid_credentials}},
  named_error{"isv.ACCOUNT_ABNORMAL", {invalid_credentials}},
  named_error{"isv.DENY_IP_RANGE", {invalid_credentials}},
  named_error{"isp.RAM_PERMISSION_DENY", {invalid_credentials}},
  named_error{"Forbidden*", {invalid_credentials}},
  named_error{"SignatureDoesNotMatch", {invalid_credentials}},
  named_error{"IncompleteSignature", {invalid_credentials}},
  named_error{"InvalidAccessKeyId*", {invalid_credentials}},
  named_error{"InvalidSecurityToken*", {invalid_credentials}},
  named_error{"InvalidTimeStamp*", {invalid_credentials}},
  // A retransmission of a request whose first copy may have been accepted; the next is signed anew.
  named_error{"SignatureNonceUsed", {transient}},
  named_error{"isp.*", {transient}},
  named_error{"InternalError", {transient}},
  named_error{"ServiceUnavailable", {transient}},
  named_error{"isv.SMS_TEMPLATE_ILLEGAL", unapproved},
  named_error{"isv.TEMPLATE_MISSING_PARAMETERS", unapproved},
  named_error{"isv.SMS_SIGN*", unapproved},
  named_error{"isv.SIGN_STATE_ILLEGAL", unapproved},
  // Parameters and content.
  named_error{"isv.*", {invalid_request}},
};

struct named_wait {
  std::string_view word;
  milliseconds wait;
};

/// The limit of a number is told in the message alone: 触发分钟级流控Permits:1.
constexpr std::array number_limits{
  named_wait{"天级", std::chrono::hours{24}},
  named_wait{"小时级", std::chrono::hours{1}},
  named_wait{"分钟级", std::chrono::minutes{1}},
};

constexpr milliseconds throttled_wait = seconds{3};

/// What limits say, of a number, the account or the gateway; nothing for any other code.
std::optional<verdict> limit_of(std::string_view code, const response& came,
                                std::string_view message, timestamp now) {
  if (code == "isv.BUSINESS_LIMIT_CONTROL") {
    for (const auto& [word, wait] : number_limits)
      if (message.find(word) != std::string_view::npos)
        return verdict{.what = rate_limited, .wait = wait, .wait_is_own = true};
    return verdict{.what = rate_limited, .wait = std::chrono::minutes{1}, .wait_is_own = true};
  }
  if (code == "isv.DAY_LIMIT_CONTROL")
    return verdict{.what = rate_limited, .wait = sms::until_next_day(now)};
  if (code == "isv.MONTH_LIMIT_CONTROL")
    return verdict{.what = rate_limited, .wait = sms::until_next_month(now)};
  if (code.find("Throttling") == std::string_view::npos)
    return std::nullopt;
  const auto told = came.header("x-acs-retry-after");
  int wait = 0;
  std::from_chars(told.data(), told.data() + told.size(), wait);
  return verdict{.what = rate_limited,
                 .wait = wait > 0 ? seconds{std::min(wait, 86400)} : throttled_wait};
}

constexpr std::array<sms::window, 3> password_windows{{
  {1, std::chrono::minutes{1}},
  {5, std::chrono::hours{1}},
  {10, std::chrono::hours{24}},
}};

constexpr std::array<sms::window, 1> notice_windows{{{50, std::chrono::hours{24}}}};

struct account {
  std::string base;
  std::string key_id;
  std::string key_secret;
  std::string sign_name;
  milliseconds timeout;
};

std::string as_json(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out = "{";
  for (const auto& [name, value] : values) {
    out.append(out.size() > 1 ? "," : "");
    codec::append_json_string(out, name);
    out.push_back(':');
    codec::append_json_string(out, value);
  }
  return out.append("}");
}

class aliyun_sms_channel final : public channel {
 public:
  explicit aliyun_sms_channel(account with) : account_(std::move(with)) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    // A comma would divide numbers, and then there would be one outcome for many.
    if (what.recipient.find(',') != std::string::npos)
      return error{errc::not_found, "the address is not one phone number"};
    const auto filled = sms::template_of(what.content);
    if (!filled)
      return filled.error();
    acs3::pairs parameters{{"PhoneNumbers", sms::national(what.recipient)},
                           {"SignName", account_.sign_name},
                           {"TemplateCode", filled->id},
                           {"OutId", to_text(what.id)}};
    if (!filled->values.empty())
      parameters.emplace_back("TemplateParam", as_json(filled->values));
    return request{call("SendSms", std::move(parameters), at)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    const auto code = text_in(body, "Code");
    if (code.empty())
      return judge_unreadable(got, now);
    if (code == "OK")
      return {.provider_code = code,
              .provider_message_id = text_in(body, "BizId"),
              .excerpt = excerpt(got.body)};
    outcome out;
    if (const auto limit = limit_of(code, got, text_in(body, "Message"), now)) {
      out = outcome_of(*limit, got, now);
      out.provider_code = code;
    } else {
      out = judge_named(got, code, table, now);
    }
    out.excerpt = without_key(std::move(out.excerpt));
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    const auto filled = sms::template_of(what.content);
    if (!filled)
      return {};
    const auto phone = sms::national(what.recipient);
    return sms::is_one_time_password(*filled)
             ? sms::limits_of(phone, password_windows)
             : sms::limits_of(phone + "/" + filled->id, notice_windows);
  }

  /// Asks what was sent today: whoever may sign may ask, or is told that the right is missing.
  result<request> probe(const stamp& at) const override {
    const auto today = codec::rfc3339(at.now).substr(0, 10);
    const auto day = today.substr(0, 4) + today.substr(5, 2) + today.substr(8, 2);
    return request{call("QuerySendStatistics",
                        {{"IsGlobe", "1"},
                         {"StartDate", day},
                         {"EndDate", day},
                         {"PageIndex", "1"},
                         {"PageSize", "10"}},
                        at)};
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    auto out = judge(came, now);
    const auto may_only_send =
      out.provider_code == "isp.RAM_PERMISSION_DENY" || out.provider_code.starts_with("Forbidden.");
    if (out.error_class == invalid_request || may_only_send)
      out.error_class = none;
    return out;
  }

 private:
  http_request call(const char* action, acs3::pairs parameters, const stamp& at) const {
    http_request out{.url = account_.base + "/", .timeout = account_.timeout};
    acs3::call what{.path = path_of(out.url),
                    .query = acs3::canonical_query(std::move(parameters)),
                    .headers = {{"host", host_of(out.url)},
                                {"x-acs-action", action},
                                {"x-acs-content-sha256", hex(sha256({}))},
                                {"x-acs-date", codec::rfc3339(at.now).substr(0, 19) + "Z"},
                                {"x-acs-signature-nonce", nonce_of(at)},
                                {"x-acs-version", "2017-05-25"}}};
    out.url.append("?").append(what.query);
    auto signature = acs3::authorization(what, account_.key_id, account_.key_secret);
    out.headers = std::move(what.headers);
    out.headers.emplace_back("authorization", std::move(signature));
    return out;
  }

  static std::string nonce_of(const stamp& at) {
    return hex(sha256(std::to_string(at.random) + "/" + std::to_string(to_millis(at.now))))
      .substr(0, 32);
  }

  /// A refused signature is explained with the request that was signed, the key's name in it.
  std::string without_key(std::string text) const {
    for (std::size_t at = 0; (at = text.find(account_.key_id, at)) != std::string::npos;)
      text.replace(at, account_.key_id.size(), "***");
    return text;
  }

  account account_;
};

/// SendSms of mainland China is served by one host for all its regions.
std::string host_in(const std::string& region) {
  return region.empty() || region.starts_with("cn-")
           ? "https://dysmsapi.aliyuncs.com"
           : "https://dysmsapi." + region + ".aliyuncs.com";
}

result<channel_ptr> make(const channel_settings& settings) {
  auto base = base_of(settings, host_in(key_of(settings, "region")));
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<aliyun_sms_channel>(account{
    std::move(*base), key_of(settings, "access_key_id"), key_of(settings, "access_key_secret"),
    key_of(settings, "sign_name"), settings.timeout})};
}

}  // namespace

}  // namespace aliyun_sms

channel_type aliyun_sms_type() {
  return {
    .name = "aliyun_sms",
    .doc = "SMS by Alibaba Cloud (阿里云短信).",
    .defaults = {.rate = rate_limit{.count = 200, .per = seconds{1}, .burst = 100},
                 .concurrency = 16},
    .keys = {{"access_key_id", true, false, "the AccessKey's id"},
             {"access_key_secret", true, true, "the AccessKey's secret"},
             {"sign_name", true, false, "the approved signature (短信签名)"},
             {"region", false, false, "cn-hangzhou where it says nothing"},
             {"base_url", false, false, "another place in place of https://dysmsapi.aliyuncs.com"}},
    .make = aliyun_sms::make,
  };
}

}  // namespace carillon::channels
