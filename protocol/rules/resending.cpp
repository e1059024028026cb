#include "protocol/rules/resending.hpp"

#include <utility>

namespace carillon::rules {

namespace {

/// Takes the ground where it was not taken before.
bool grant_once(bool asked, bool& granted) {
  return asked && !std::exchange(granted, true);
}

}  // namespace

std::optional<transition> send_again(const delivery& what, const finished& attempt,
                                     resending& granted) {
  const auto& how = attempt.how;
  if (how.error_class == error_class::none)
    return std::nullopt;
  const bool moved = !how.replace_address.empty() && how.replace_address != what.recipient;
  const bool address = grant_once(moved, granted.address);
  const bool plain = grant_once(how.resend_plain, granted.plain);
  const bool token = grant_once(how.refresh_token, granted.token);
  if (!address && !plain && !token)
    return std::nullopt;
  transition again{.delivery = what};
  ++again.delivery.tries;
  if (address)
    again.delivery.recipient = how.replace_address;
  again.attempt = {.number = again.delivery.tries,
                   .started_at = attempt.started_at,
                   .duration = attempt.duration,
                   .outcome = delivery_status::retrying,
                   .error_class = how.error_class,
                   .provider_code = how.provider_code,
                   .excerpt = how.excerpt,
                   .address = change_of_address(what, attempt)};
  return again;
}

outcome last_word(outcome how) {
  if (how.refresh_token && how.error_class != error_class::none)
    how.error_class = error_class::invalid_credentials;
  return how;
}

}  // namespace carillon::rules
