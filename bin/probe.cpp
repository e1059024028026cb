#include "bin/probe.hpp"

#include <future>
#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace carillon {

namespace {

/// The transport ends every exchange within the request's own time.
transport_result exchange_now(transport& over, request what) {
  auto told = std::make_shared<std::promise<transport_result>>();
  auto came = told->get_future();
  over.send(std::move(what), [told](transport_result x) { told->set_value(std::move(x)); });
  return came.get();
}

std::string describe(const outcome& how) {
  if (how.provider_code.empty() || how.excerpt.empty())
    return how.provider_code + how.excerpt;
  return how.provider_code + ": " + how.excerpt;
}

/// Gets the token that the channel needs; an outcome says why there is none.
std::optional<outcome> fetch_token(const channel& what, transport& over, const wall_clock& clock,
                                   stamp& at) {
  auto how = what.authorize(at);
  if (!how)
    return outcome{.error_class = error_class::invalid_credentials, .excerpt = how.error().detail};
  std::variant<grant, outcome> got = outcome{};
  if (auto* ask = std::get_if<request>(&*how))
    got = what.token(exchange_now(over, std::move(*ask)), clock());
  else
    got = std::get<grant>(std::move(*how));
  if (auto* refused = std::get_if<outcome>(&got))
    return std::move(*refused);
  at.token = std::get<grant>(got).token;
  return std::nullopt;
}

}  // namespace

result<probe_report> probe_channel(const channel& what, transport& over, const wall_clock& clock) {
  stamp at{.now = clock(), .random = std::random_device{}()};
  if (what.needs_token())
    if (auto refused = fetch_token(what, over, clock, at))
      return probe_report{false, describe(*refused)};
  auto ask = what.probe(at);
  if (!ask && ask.error().code == errc::not_found && what.needs_token())
    return probe_report{true, "the provider gave a token"};
  if (!ask)
    return ask.error();
  const auto how = what.judge_probe(exchange_now(over, std::move(*ask)), clock());
  const bool good = how.error_class == error_class::none;
  return probe_report{good, good ? "the provider takes the credentials" : describe(how)};
}

}  // namespace carillon
