#include "protocol/codec/operation.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 7> filter_members{
  "channel", "event_type", "recipient", "error_class", "since", "until", "ids"};
constexpr std::size_t most_ids = 100;

/// A text that is left out says nothing.
std::optional<std::string> named(std::string text) {
  return text.empty() ? std::nullopt : std::optional{std::move(text)};
}

std::vector<delivery_id> read_ids(const fields& in) {
  const auto texts = in.texts("ids", max_id, 1).value_or(std::vector<std::string>{});
  if (texts.size() > most_ids)
    in.note("ids", "must have at most " + std::to_string(most_ids) + " elements");
  std::vector<delivery_id> ids;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (const auto id = parse_id<delivery_id>(texts[i]))
      ids.push_back(*id);
    else
      in.note("ids/" + std::to_string(i), "is not the id of a delivery");
  }
  return ids;
}

delivery_filter read_filter(const fields& in) {
  delivery_filter out;
  out.channel = named(in.id("channel"));
  out.event_type = named(in.id("event_type"));
  out.recipient = named(in.text("recipient", max_address));
  out.why = in.word("error_class", parse_error_class,
                    "transient, rate_limited, invalid_credentials, invalid_recipient, "
                    "invalid_request");
  out.since = in.time("since");
  out.until = in.time("until");
  out.ids = read_ids(in);
  in.refuse_unknown();
  return out;
}

std::string_view word_for(batch_status x) {
  constexpr std::array<std::string_view, 4> all{"processing", "completed", "cancelled", "failed"};
  return all.at(static_cast<std::size_t>(x));
}

/// `2 minutes`, as people say it.
std::string in_words(milliseconds left) {
  const auto say = [](std::int64_t n, const char* unit) {
    return std::to_string(n) + " " + unit + (n == 1 ? "" : "s");
  };
  const auto whole = std::max<std::int64_t>(1, (left.count() + 999) / 1000);
  if (whole < 60)
    return say(whole, "second");
  return whole < 3600 ? say((whole + 59) / 60, "minute") : say((whole + 3599) / 3600, "hour");
}

/// At the pace so far; empty where there is none.
std::string estimate(const batch_record& x, timestamp now) {
  if (x.status != batch_status::processing || x.processed == 0 || x.total <= x.processed)
    return {};
  const double each =
    static_cast<double>((now - x.created_at).count()) / static_cast<double>(x.processed);
  return in_words(milliseconds{std::llround(each * static_cast<double>(x.total - x.processed))});
}

/// In percent, with one digit after the point.
std::string progress_of(const batch_record& x) {
  std::int64_t tenths = 1000;
  if (x.status != batch_status::completed && x.total > 0)
    tenths = std::min<std::int64_t>(1000, 1000 * x.processed / x.total);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

result<delivery_filter> decode_replay(std::string_view body) {
  if (body.empty())
    return delivery_filter{};
  return read_body(body, {.names = filter_members, .outer = {}, .strict = true}, read_filter);
}

std::string replay_json(const batch_record& what) {
  return R"({"batchId":")" + to_text(what.id) + R"(","count":)" + std::to_string(what.total) + "}";
}

std::string batch_json(const batch_record& what, timestamp now) {
  std::string out = R"({"batchId":")" + to_text(what.id) + '"';
  const auto number = [&](const char* name, std::int64_t n) {
    out.append(",\"").append(name).append("\":").append(std::to_string(n));
  };
  const auto text_or_null = [&](const char* name, const std::string& text) {
    out.append(",\"").append(name).append("\":");
    out += text.empty() ? "null" : '"' + text + '"';
  };
  number("totalUsers", what.total);
  number("processedUsers", what.processed);
  number("successCount", what.succeeded);
  number("failureCount", what.failed);
  out.append(R"(,"status":")").append(word_for(what.status)).append(R"(","progress":)");
  out += progress_of(what);
  text_or_null("estimatedTimeRemaining", estimate(what, now));
  text_or_null("createdAt", rfc3339(what.created_at));
  text_or_null("completedAt", what.completed_at ? rfc3339(*what.completed_at) : std::string{});
  return out += '}';
}

}  // namespace carillon::codec
