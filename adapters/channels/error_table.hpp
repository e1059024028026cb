#pragma once

#include "protocol/channel.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace carillon::channels {

/// What a row of a provider's error table says.
struct verdict {
  error_class what{error_class::invalid_request};
  /// The wait where the answer names none.
  milliseconds wait{0};
  bool wait_is_own{false};
  bool refresh_token{false};
  bool resend_plain{false};
  bool for_operator{false};
};

/// A sign or a template that is not approved, or not there.
inline constexpr verdict unapproved{.what = error_class::invalid_request, .for_operator = true};

/// A row that holds for every code.
inline constexpr auto any_code = std::numeric_limits<std::int64_t>::min();

/// A row of a provider's error table.
struct error_row {
  std::int64_t code{any_code};
  verdict means{};
  /// Where a code has several meanings: the row holds only for an answer whose text contains this,
  /// in upper or lower case.
  std::string_view word{};
};

/// How a provider tells its verdict: a JSON object with a code, 0 for success, and a text.
struct reply_form {
  const char* code{"errcode"};
  const char* text{"errmsg"};
  std::span<const error_row> table{};
};

/// The meaning of the first row that holds; null where none does.
const verdict* find_verdict(std::span<const error_row> table, std::int64_t code,
                            std::string_view text);

/// The outcome that a verdict makes of an answer; `Retry-After` wins over the wait of the table.
outcome outcome_of(const verdict& means, const response& came, timestamp now);

/// What came back from a provider of that form. A code in no row is the request's fault, unless the
/// status (429, 5xx) says otherwise; without a code the status decides, and a 2xx is ambiguous.
outcome judge_reply(const transport_result& came, const reply_form& form, timestamp now);

}  // namespace carillon::channels
