#pragma once

#include "protocol/channel.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::channels {

/// What no answer means: always worth another try, but for what the guard or the URL forbids. One
/// that may have been received says so.
outcome judge_failure(const transport_error& failure);

/// What the status alone means, where the body does not say: 2xx is delivered, 429 is rate
/// limited, other 4xx and 3xx are the request's fault, the rest is transient. `Retry-After` is
/// read where it makes sense.
outcome judge_status(const response& came, timestamp now);

/// What an answer means that does not say what it should: its status decides, and a 2xx is
/// ambiguous.
outcome judge_unreadable(const response& came, timestamp now);

/// `Retry-After` as a wait (RFC 9110: seconds, or a date in any of its three forms), at most twelve
/// hours; the past is 0.
std::optional<milliseconds> retry_after(const response& came, timestamp now);

/// What a provider said, as it can be stored and shown: UTF-8 without U+0000 of at most so many
/// bytes, cut on a character's border.
std::string legible(std::string_view text, std::size_t most);

/// The first 500 bytes of a body, cut on a character's border, for the attempt log.
std::string excerpt(std::string_view body);

}  // namespace carillon::channels
