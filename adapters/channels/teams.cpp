// Microsoft Teams, a webhook of Workflows or a retiring connector:
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/robot.hpp"
#include "adapters/channels/robot_factory.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace carillon::channels {

namespace teams {

namespace {

using enum error_class;

constexpr std::size_t body_max = 28 * 1024;

/// A flow that was deleted, a link that was revoked.
constexpr std::array table{
  error_row{401, {invalid_credentials}},
  error_row{403, {invalid_credentials}},
  error_row{404, {invalid_credentials}},
  error_row{410, {invalid_credentials}},
};

std::string message(const std::string& title, std::string_view text) {
  auto blocks = nlohmann::json::array();
  if (!title.empty())
    blocks.push_back({{"type", "TextBlock"},
                      {"size", "Large"},
                      {"weight", "Bolder"},
                      {"text", title},
                      {"wrap", true}});
  if (!text.empty() || title.empty())
    blocks.push_back({{"type", "TextBlock"}, {"text", text}, {"wrap", true}});
  nlohmann::json card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                      {"type", "AdaptiveCard"},
                      {"version", "1.4"},
                      {"body", std::move(blocks)}};
  nlohmann::json attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                            {"contentUrl", nullptr},
                            {"content", std::move(card)}};
  return nlohmann::json{{"type", "message"},
                        {"attachments", nlohmann::json::array({std::move(attachment)})}}
    .dump();
}

/// A connector passes on the status of Teams itself in a 200: "… returned HTTP error 429 …".
int hidden_status(std::string_view body) {
  constexpr std::string_view words = "HTTP error ";
  const auto at = body.find(words);
  int status = 0;
  if (at != std::string_view::npos)
    std::from_chars(body.data() + at + words.size(), body.data() + body.size(), status);
  return status;
}

class teams_channel final : public channel {
 public:
  teams_channel(std::string url, const channel_settings& how)
      : url_(std::move(url)), timeout_(how.timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const auto& words = what.content;
    auto body = fitted(words.text, body_max,
                       [&](std::string_view kept) { return message(words.title, kept); });
    return request{json_post(url_, std::move(body), timeout_)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    auto got = std::get<response>(came);
    if (const auto status = hidden_status(got.body); got.status == 200 && status != 0)
      got.status = status;
    auto out = judge_numbered(got, 0, table, now);
    // A flow may answer what its author wants; a connector says 1.
    const auto understood =
      got.status == 202 || got.body.empty() || nlohmann::json::accept(got.body);
    return out.error_class == none && !understood ? judge_unreadable(got, now) : out;
  }

 private:
  std::string url_;
  milliseconds timeout_;
};

}  // namespace

}  // namespace teams

channel_type teams_type() {
  return {
    .name = "teams",
    .doc = "A Microsoft Teams webhook (Workflows), as an adaptive card.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 4, .per = seconds{1}, .burst = 2}, .concurrency = 2},
    .keys = {{"webhook_url", true, true, "the flow's URL with its sig"},
             {"base_url", false, false, "another host in place of the URL's"}},
    .make = make_robot<teams::teams_channel>,
  };
}

}  // namespace carillon::channels
