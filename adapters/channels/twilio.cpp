// Twilio Programmable Messaging: https://www.twilio.com/docs/messaging/api/message-resource

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/utf16.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace carillon::channels {

namespace twilio {

namespace {

using enum error_class;

constexpr std::size_t body_max = 1600;

constexpr std::array table{
  error_row{20003, {invalid_credentials}},
  error_row{20404, {invalid_credentials}},
  error_row{20429, {rate_limited}},
  // The queue of the From number is full for ten hours.
  error_row{21611, {rate_limited, std::chrono::minutes{1}}},
  error_row{21211, {invalid_recipient}},
  error_row{21214, {invalid_recipient}},
  error_row{21217, {invalid_recipient}},
  error_row{21610, {invalid_recipient}},
  error_row{21612, {invalid_recipient}},
  error_row{21614, {invalid_recipient}},
  error_row{21408, {invalid_credentials}},
  error_row{21606, {invalid_credentials}},
  error_row{21659, {invalid_credentials}},
  error_row{21602, {invalid_request}},
  error_row{21617, {invalid_request}},
  error_row{401, {invalid_credentials}},
};

struct account {
  std::string url;
  std::string sid;
  std::string token;
  std::string from;
  milliseconds timeout;
};

/// One member of a form, as browsers encode it.
std::string form_member(std::string_view name, std::string_view value) {
  std::string out{name};
  out.push_back('=');
  for (const char c : value)
    if (c == ' ')
      out.push_back('+');
    else
      out.append(percent_encode({&c, 1}));
  return out;
}

class twilio_channel final : public channel {
 public:
  explicit twilio_channel(account with) : account_(std::move(with)) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const auto& words = what.content;
    const auto sender = account_.from.starts_with("MG") ? "MessagingServiceSid" : "From";
    auto out = call("/Messages.json");
    out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    out.body =
      form_member("To", what.recipient) + "&" + form_member(sender, account_.from) + "&"
      + form_member("Body", cut_utf16(words.text.empty() ? words.title : words.text, body_max));
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    if (got.status < 200 || got.status >= 300)
      return judge_numbered(got, integer_in(body, "code").value_or(0), table, now);
    auto out = judge_unreadable(got, now);
    if (auto sid = text_in(body, "sid"); !sid.empty()) {
      out = judge_status(got, now);
      out.provider_message_id = std::move(sid);
    }
    return out;
  }

  /// Reads the account itself.
  result<request> probe(const stamp&) const override {
    auto out = call(".json");
    out.method = "GET";
    return request{std::move(out)};
  }

 private:
  http_request call(std::string_view path) const {
    return {.url = account_.url + std::string{path},
            .headers = {{"Authorization", "Basic " + base64(account_.sid + ":" + account_.token)}},
            .timeout = account_.timeout};
  }

  account account_;
};

result<channel_ptr> make(const channel_settings& settings) {
  const auto base = base_of(settings, "https://api.twilio.com");
  if (!base)
    return base.error();
  const auto sid = key_of(settings, "account_sid");
  return channel_ptr{std::make_shared<twilio_channel>(
    account{*base + "/2010-04-01/Accounts/" + percent_encode(sid), sid,
            key_of(settings, "auth_token"), key_of(settings, "from"), settings.timeout})};
}

}  // namespace

}  // namespace twilio

channel_type twilio_type() {
  return {
    .name = "twilio",
    .doc = "SMS by Twilio.",
    .defaults = {.rate = rate_limit{.count = 1, .per = seconds{1}, .burst = 1}},
    .keys = {{"account_sid", true, false, "AC…"},
             {"auth_token", true, true, "the account's auth token"},
             {"from", true, false, "a number in E.164, or MG… of a messaging service"},
             {"base_url", false, false, "another place in place of https://api.twilio.com"}},
    .make = twilio::make,
  };
}

}  // namespace carillon::channels
