#include "adapters/channels/judgement.hpp"

#include "protocol/codec/text.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace carillon::channels {

namespace {

/// Shorter than a delivery lives unless its channel says so: it comes to another attempt.
constexpr seconds longest_wait = std::chrono::hours{12};

/// A number of seconds, however long.
std::optional<milliseconds> seconds_in(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed == std::errc::invalid_argument || end != text.data() + text.size())
    return std::nullopt;
  if (failed == std::errc::result_out_of_range)
    n = text.front() == '-' ? 0 : longest_wait.count();
  return seconds{std::clamp<std::int64_t>(n, 0, longest_wait.count())};
}

/// A date in one of the three forms of RFC 9110, 5.6.7: its own, that of RFC 850, that of asctime.
std::optional<timestamp> date_in(const std::string& text) {
  for (const auto* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm at{};
    const auto* end = ::strptime(text.c_str(), form, &at);
    if (end != nullptr && *end == '\0')
      return timestamp{seconds{::timegm(&at)}};
  }
  return std::nullopt;
}

}  // namespace

outcome judge_failure(const transport_error& failure) {
  outcome out{.error_class = error_class::transient,
              .provider_code = std::string{to_string(failure.what)},
              .excerpt = failure.text};
  switch (failure.what) {
    case transport_failure::refused:
      out.error_class = error_class::invalid_recipient;
      break;
    case transport_failure::bad_url:
      out.error_class = error_class::invalid_request;
      break;
    case transport_failure::no_answer:
      out.excerpt = "sent, but the outcome is unknown: " + failure.text;
      break;
    default:
      break;
  }
  return out;
}

outcome judge_status(const response& came, timestamp now) {
  outcome out{.provider_code = std::to_string(came.status), .excerpt = excerpt(came.body)};
  if (came.status >= 200 && came.status < 300)
    return out;
  if (came.status == 429)
    out.error_class = error_class::rate_limited;
  else if (came.status >= 300 && came.status < 500 && came.status != 408 && came.status != 425)
    out.error_class = error_class::invalid_request;
  else
    out.error_class = error_class::transient;
  if (out.error_class != error_class::invalid_request)
    out.wait = retry_after(came, now).value_or(milliseconds{0});
  return out;
}

outcome judge_unreadable(const response& came, timestamp now) {
  auto out = judge_status(came, now);
  if (out.error_class == error_class::none) {
    out.error_class = error_class::transient;
    out.excerpt = "answered, but the outcome is unknown: " + out.excerpt;
  }
  return out;
}

std::optional<milliseconds> retry_after(const response& came, timestamp now) {
  const auto text = came.header("retry-after");
  if (const auto told = seconds_in(text))
    return told;
  const auto date = date_in(std::string{text});
  if (!date)
    return std::nullopt;
  return std::clamp<milliseconds>(*date - now, milliseconds{0}, longest_wait);
}

std::string legible(std::string_view text, std::size_t most) {
  auto out = codec::cut(text, most, "…");
  if (!codec::is_utf8(out))
    return "(not text)";
  std::ranges::replace(out, '\0', ' ');
  return out;
}

std::string excerpt(std::string_view body) {
  return legible(body, 500);
}

}  // namespace carillon::channels
