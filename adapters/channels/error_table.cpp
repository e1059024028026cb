#include "adapters/channels/error_table.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace carillon::channels {

namespace {

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, {}, lower_case, lower_case).empty() || word.empty();
}

}  // namespace

const verdict* find_verdict(std::span<const error_row> table, std::int64_t code,
                            std::string_view text) {
  const auto found = std::ranges::find_if(table, [&](const error_row& x) {
    return (x.code == code || x.code == any_code) && contains(text, x.word);
  });
  return found == table.end() ? nullptr : &found->means;
}

outcome outcome_of(const verdict& means, const response& came, timestamp now) {
  outcome out{.error_class = means.what,
              .excerpt = excerpt(came.body),
              .wait = means.wait,
              .wait_is_own = means.wait_is_own,
              .for_operator = means.for_operator,
              .refresh_token = means.refresh_token,
              .resend_plain = means.resend_plain};
  const bool may_wait =
    means.what == error_class::rate_limited || means.what == error_class::transient;
  if (may_wait)
    out.wait = retry_after(came, now).value_or(out.wait);
  return out;
}

outcome judge_reply(const transport_result& came, const reply_form& form, timestamp now) {
  if (const auto* failure = std::get_if<transport_error>(&came))
    return judge_failure(*failure);
  const auto& got = std::get<response>(came);
  const auto body = object_in(got.body);
  const auto code = integer_in(body, form.code);
  if (!code)
    return judge_unreadable(got, now);
  outcome out;
  if (*code == 0)
    out.excerpt = excerpt(got.body);
  else if (const auto* means = find_verdict(form.table, *code, text_in(body, form.text)))
    out = outcome_of(*means, got, now);
  else if (got.status == 429 || got.status >= 500)
    out = judge_status(got, now);
  else
    out = outcome_of({}, got, now);
  out.provider_code = std::to_string(*code);
  return out;
}

}  // namespace carillon::channels
