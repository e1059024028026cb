// DingTalk (钉钉) group robot: https://open.dingtalk.com/document/robots/custom-robot-access

#include "adapters/channels/dingtalk.hpp"

#include "adapters/channels/judgement.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace dingtalk {

namespace {

constexpr std::size_t body_max = 20'000;

/// The mentions that the text does not hold yet, each with its sign.
std::string missing_mentions(std::string_view text, const mentions& at) {
  std::string out;
  auto add = [&](const std::string& who) {
    auto mention = "@" + who;
    if (text.find(mention) == std::string_view::npos)
      out.append(out.empty() ? "" : " ").append(mention);
  };
  std::ranges::for_each(at.mobiles, add);
  std::ranges::for_each(at.user_ids, add);
  return out;
}

nlohmann::json at_object(const mentions& at) {
  nlohmann::json out{{"isAtAll", at.all}};
  if (!at.mobiles.empty())
    out["atMobiles"] = at.mobiles;
  if (!at.user_ids.empty())
    out["atUserIds"] = at.user_ids;
  return out;
}

/// Dumps what `build` makes of the text; a text that is too long is cut until the body fits. Its
/// mentions are kept.
template <class Build>
std::string fitted(std::string_view text, std::string_view divider, const mentions& at,
                   Build build) {
  auto room = text.size();
  for (;;) {
    auto whole = codec::cut(text, room, "…");
    if (auto missing = missing_mentions(whole, at); !missing.empty())
      whole.append(divider).append(missing);
    auto body = build(whole).dump();
    if (body.size() <= body_max || room == 0)
      return body;
    room -= std::min(room, std::max<std::size_t>(body.size() - body_max, 16));
  }
}

}  // namespace

std::string signed_url(std::string_view webhook_url, std::string_view secret,
                       std::int64_t timestamp_ms) {
  std::string out{webhook_url};
  if (secret.empty())
    return out;
  auto stamp = std::to_string(timestamp_ms);
  auto sign = base64(hmac_sha256(secret, stamp + "\n" + std::string{secret}));
  out.push_back(webhook_url.find('?') == std::string_view::npos ? '?' : '&');
  return out.append("timestamp=").append(stamp).append("&sign=").append(percent_encode(sign));
}

std::string text_body(std::string_view text, const mentions& at) {
  return fitted(text, " ", at, [&](const std::string& whole) {
    return nlohmann::json{
      {"msgtype", "text"}, {"text", {{"content", whole}}}, {"at", at_object(at)}};
  });
}

std::string markdown_body(std::string_view title, std::string_view text, const mentions& at) {
  auto short_title = codec::cut(title, 300, "…");
  return fitted(text, "\n", at, [&](const std::string& whole) {
    return nlohmann::json{{"msgtype", "markdown"},
                          {"markdown", {{"title", short_title}, {"text", whole}}},
                          {"at", at_object(at)}};
  });
}

}  // namespace dingtalk

namespace {

using dingtalk::mentions;

struct verdict {
  error_class what;
  seconds wait{0};
};

/// The documented block after more than 20 messages in a minute lasts ten minutes.
constexpr verdict blocked{error_class::rate_limited, seconds{600}};
constexpr verdict quota_used{error_class::rate_limited, seconds{3600}};

struct row {
  std::int64_t errcode;
  verdict means;
};

// CHANNELS.md section 2; codes with several meanings are read from their text.
constexpr std::array table{
  row{130101, blocked},
  row{410100, blocked},
  row{90030, quota_used},
  row{300001, {error_class::invalid_credentials}},
  row{300005, {error_class::invalid_credentials}},
  row{400101, {error_class::invalid_credentials}},
  row{400106, {error_class::invalid_credentials}},
  row{400102, {error_class::invalid_credentials}},
  row{400013, {error_class::invalid_recipient}},
  row{-1, {error_class::transient}},
};

bool says(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

verdict verdict_of(std::int64_t code, std::string_view text) {
  if (code == 0)
    return {error_class::none};
  if (auto found = std::ranges::find(table, code, &row::errcode); found != table.end())
    return found->means;
  if (code == 310000)
    return {says(text, "keyword") ? error_class::invalid_request
                                  : error_class::invalid_credentials};
  if (code == 40035 && says(text, "access_token"))
    return {error_class::invalid_credentials};
  for (auto word : {"too fast", "frequency", "限流", "太快"})
    if (says(text, word))
      return blocked;
  return {error_class::invalid_request};
}

/// Text members of a JSON array, numbers included: mobiles are often written as such.
std::vector<std::string> texts(const nlohmann::json& data, const char* key) {
  std::vector<std::string> out;
  auto found = data.find(key);
  if (found == data.end() || !found->is_array())
    return out;
  for (auto& x : *found)
    if (x.is_string())
      out.push_back(x.get<std::string>());
    else if (x.is_number_integer())
      out.push_back(x.dump());
  return out;
}

class dingtalk_channel final : public channel {
 public:
  dingtalk_channel(std::string url, std::string secret, milliseconds timeout)
      : url_(std::move(url)), secret_(std::move(secret)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    auto data = nlohmann::json::parse(what.content.data, nullptr, false);
    mentions who;
    std::string kind = "markdown";
    if (data.is_object()) {
      who = {texts(data, "at_mobiles"), texts(data, "at_user_ids"),
             data.value("at_all", nlohmann::json{}) == true};
      if (data.value("msg_type", nlohmann::json{}) == "text")
        kind = "text";
    }
    auto& words = what.content;
    auto body = kind == "text" ? dingtalk::text_body(words.title + "\n" + words.text, who)
                               : dingtalk::markdown_body(
                                 words.title, "### " + words.title + "\n\n" + words.text, who);
    return request{http_request{.url = dingtalk::signed_url(url_, secret_, to_millis(at.now)),
                                .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                                .body = std::move(body),
                                .timeout = timeout_}};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (auto failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    auto& got = std::get<response>(came);
    auto body = nlohmann::json::parse(got.body, nullptr, false);
    if (!body.is_object())
      return unreadable(got, now);
    auto text = body.value("errmsg", nlohmann::json{}).is_string()
                  ? body["errmsg"].get<std::string>()
                  : std::string{};
    auto code = body.value("errcode", nlohmann::json{});
    auto blocked_early = body.value("status", nlohmann::json{}) == 1111;
    if (!blocked_early && !code.is_number_integer())
      return unreadable(got, now);
    auto means = blocked_early ? blocked : verdict_of(code.get<std::int64_t>(), text);
    return {.error_class = means.what,
            .provider_code = blocked_early ? "1111" : code.dump(),
            .excerpt = excerpt(got.body),
            .wait = means.wait};
  }

 private:
  static outcome unreadable(const response& got, timestamp now) {
    auto out = judge_status(got, now);
    if (out.error_class == error_class::none) {
      out.error_class = error_class::transient;
      out.excerpt = "answered, but the outcome is unknown: " + out.excerpt;
    }
    return out;
  }

  std::string url_;
  std::string secret_;
  milliseconds timeout_;
};

/// The URL with its scheme and host replaced by `base_url`, where one is given.
std::string based(std::string url, std::string_view base) {
  if (base.empty())
    return url;
  while (base.ends_with('/'))
    base.remove_suffix(1);
  auto host = url.find("://");
  auto path = host == std::string::npos ? std::string::npos : url.find('/', host + 3);
  return std::string{base} + (path == std::string::npos ? std::string{} : url.substr(path));
}

result<channel_ptr> make(const channel_settings& settings) {
  auto key = [&](const char* name) {
    auto found = settings.keys.find(name);
    return found == settings.keys.end() ? std::string{} : found->second;
  };
  auto url = based(key("webhook_url"), key("base_url"));
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return error{
      errc::invalid, "webhook_url is not an http or https URL", {{"/webhook_url", "not a URL"}}};
  return channel_ptr{std::make_shared<dingtalk_channel>(url, key("secret"), settings.timeout)};
}

}  // namespace

channel_type dingtalk_type() {
  return {
    .name = "dingtalk",
    .doc = "A DingTalk (钉钉) group robot.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 20, .per = std::chrono::minutes{1}, .burst = 5},
                 .concurrency = 2},
    .keys = {{"webhook_url", true, true, "the robot's URL with its access_token"},
             {"secret", false, true, "SEC…, where the robot's security setting is 加签"},
             {"base_url", false, false, "another host in place of oapi.dingtalk.com"}},
    .make = make,
  };
}

}  // namespace carillon::channels
