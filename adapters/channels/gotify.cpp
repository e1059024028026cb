// Gotify: https://gotify.net/api-docs#/message/createMessage

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/self_hosted.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace carillon::channels {

namespace gotify {

namespace {

using enum error_class;

constexpr std::array table{
  error_row{401, {invalid_credentials}},
  error_row{403, {invalid_credentials}},
};

/// 4 and above make a sound, 8 and above pop up.
constexpr std::array<int, 4> priorities{2, 5, 8, 10};

class gotify_channel final : public channel {
 public:
  gotify_channel(std::string base, std::string token, milliseconds timeout)
      : base_(std::move(base)), token_(std::move(token)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const auto& words = what.content;
    nlohmann::json body{{"message", words.text.empty() ? words.title : words.text},
                        {"priority", priorities.at(static_cast<std::size_t>(what.priority))}};
    if (!words.title.empty())
      body["title"] = words.title;
    if (text_in(object_in(words.data), "msg_type") != "text")
      body["extras"] = {{"client::display", {{"contentType", "text/markdown"}}}};
    return request{call(body.dump())};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    auto out = judge_numbered(got, 0, table, now);
    if (out.error_class != none)
      return out;
    out.provider_message_id = text_in(object_in(got.body), "id");
    return out.provider_message_id.empty() ? judge_unreadable(got, now) : out;
  }

  /// An application's token may only post. A message without its text is refused, but only after
  /// the token was accepted.
  result<request> probe(const stamp&) const override { return request{call("{}")}; }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    auto out = judge(came, now);
    if (out.provider_code == "400")
      out.error_class = none;
    return out;
  }

 private:
  http_request call(std::string body) const {
    auto out = json_post(base_ + "/message", std::move(body), timeout_);
    out.headers.emplace_back("X-Gotify-Key", token_);
    return out;
  }

  std::string base_;
  std::string token_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = server_of(settings);
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<gotify_channel>(std::move(*base), key_of(settings, "token"),
                                                      settings.timeout)};
}

}  // namespace

}  // namespace gotify

channel_type gotify_type() {
  return {
    .name = "gotify",
    .doc = "An application of a Gotify server.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 40, .per = seconds{1}, .burst = 20}},
    .keys = {{"url", false, false, "the server"},
             {"token", true, true, "the application's token"},
             {"base_url", false, false, "another place in place of url"}},
    .make = gotify::make,
  };
}

}  // namespace carillon::channels
