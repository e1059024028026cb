#include "tests/actors/sender_stage.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace carillon::tests {

namespace {

struct ledger_state {
  static constexpr const char* name = "ledger";
  std::shared_ptr<ledger> book{};
  want wish{};
};

using ledger_pointer = persistence_actor::stateful_pointer<ledger_state>;

bool claimable(const ledger::row& x, const want& wish, priority lane, timestamp now) {
  const auto& what = x.what;
  return !x.owned && (!wish.only_backed || !what.failover.empty()) && !is_final(what.status)
         && what.priority == lane && what.due_at <= now;
}

void serve(ledger_pointer self) {
  auto& [book, wish] = self->state;
  if (!wish.sender)
    return;
  auto over = std::make_shared<handover>();
  over->generation = wish.generation;
  for (std::size_t lane = 0; lane < lane_count; ++lane)
    for (auto& [id, row] : book->rows)
      if (wish.room[lane] > 0 && claimable(row, wish, static_cast<priority>(lane), book->clock())) {
        row.owned = true;
        --wish.room[lane];
        over->deliveries.push_back(std::make_shared<const delivery>(row.what));
      }
  if (!over->deliveries.empty())
    self->send(wish.sender, handover_ptr{std::move(over)});
}

void heed(ledger_pointer self, const want& x) {
  auto& [book, wish] = self->state;
  book->wishes.push_back(x);
  wish = x;
  if (x.fresh)
    for (auto& [id, row] : book->rows)
      if (std::find(x.held.begin(), x.held.end(), id) == x.held.end())
        row.owned = false;
  serve(self);
}

void commit(ledger_pointer self, const unit_ptr& x) {
  auto& book = *self->state.book;
  ++book.told;
  if (book.stalled) {
    book.kept.push_back(x);
    return;
  }
  auto& what = std::get<settlement>(x->what);
  if (book.refuse > 0) {
    --book.refuse;
    if (book.refuse_as)
      what.reply(error{*book.refuse_as, "refused on order"});
    else
      what.reply(false);
    return;
  }
  auto& row = book.rows.at(what.delivery->id);
  if (!row.owned && row.what.tries >= what.delivery->tries)
    return what.reply(true);
  row.what = *what.delivery;
  row.owned = false;
  row.attempts.insert(row.attempts.end(), what.earlier.begin(), what.earlier.end());
  if (what.attempt.number > 0)
    row.attempts.push_back(what.attempt);
  if (what.successor)
    book.successors.push_back(*what.successor);
  what.reply(true);
}

persistence_actor::behavior_type ledger_behavior(ledger_pointer self,
                                                 std::shared_ptr<ledger> book) {
  self->state.book = std::move(book);
  return {
    [self](const unit_ptr& x) { commit(self, x); },
    [self](const want_ptr& x) { heed(self, *x); },
    [self](const due&) { serve(self); },
    [](survey_again) {},
    [](const close_store&) {},
  };
}

}  // namespace

int ledger::count(delivery_status status) const {
  return static_cast<int>(std::count_if(rows.begin(), rows.end(),
                                        [&](auto& x) { return x.second.what.status == status; }));
}

persistence_actor spawn_ledger(caf::actor_system& system, std::shared_ptr<ledger> book) {
  return system.spawn(ledger_behavior, std::move(book));
}

void provider::send(request what, done tell, written note) {
  auto& wire = std::get<http_request>(what);
  const auto title = wire.body;
  if (note && writes_at_once)
    note(peer::heard);
  calls.push_back({title, clock(), std::move(tell), std::move(wire), std::move(note)});
  most_open = std::max(most_open, ++open);
  const auto count =
    std::count_if(calls.begin(), calls.end(), [&](auto& x) { return x.delivery == title; });
  if (reply)
    if (auto with = reply(title, static_cast<int>(count)))
      answer(calls.size() - 1, *with);
}

void provider::answer(std::size_t call, transport_result with) {
  auto tell = std::exchange(calls.at(call).tell, nullptr);
  --open;
  tell(std::move(with));
}

void provider::answer_all(const transport_result& with) {
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (calls[i].tell)
      answer(i, with);
}

result<request> scripted::compose(const delivery& what, const stamp& at) const {
  if (what.content.title == "bad")
    return error{errc::invalid, "a title that cannot be sent"};
  if (what.content.title == "nobody")
    return error{errc::not_found, "an address that nobody can have"};
  if (what.content.title == "worse")
    throw std::runtime_error("a title that cannot be borne");
  return request{http_request{.headers = {{"token", at.token},
                                          {"to", what.recipient},
                                          {"plain", at.plain ? "yes" : "no"},
                                          {"ticket", what.ticket}},
                              .body = what.content.title}};
}

outcome scripted::judge(const transport_result& came, timestamp now) const {
  if (auto* failure = std::get_if<transport_error>(&came))
    return {.error_class = error_class::transient, .excerpt = failure->text};
  const auto& answer = std::get<response>(came);
  outcome how{.error_class = error_class::transient,
              .provider_code = std::to_string(answer.status),
              .excerpt = answer.body};
  switch (answer.status) {
    case 200:
      how.error_class = error_class::none;
      how.provider_message_id = "m-" + answer.body;
      break;
    case 400:
      how.error_class = error_class::invalid_request;
      break;
    case 401:
      how.error_class = error_class::invalid_credentials;
      break;
    case 403:
      how.error_class = error_class::invalid_request;
      how.for_operator = true;
      break;
    case 404:
      how.error_class = error_class::invalid_recipient;
      break;
    case 410:
      how.error_class = error_class::invalid_recipient;
      how.gone_since = now;
      break;
    case 429:
      how.error_class = error_class::rate_limited;
      how.wait = milliseconds{std::stoi(answer.body)};
      how.wait_spreads = answer.body.ends_with("spreading");
      how.wait_is_own = how.wait_spreads || answer.body.ends_with("own");
      break;
    case 498:
      how.refresh_token = true;
      break;
    case 422:
      how.error_class = error_class::invalid_request;
      how.resend_plain = true;
      break;
    case 301:
      how.error_class = error_class::invalid_recipient;
      how.replace_address = answer.body;
      break;
    case 666:
      throw std::runtime_error("unreadable");
  }
  return how;
}

std::vector<scope_limit> scripted::scopes(const delivery& what) const {
  if (!per_recipient)
    return {};
  return {{"to " + what.recipient, *per_recipient}};
}

result<std::variant<request, grant>> scripted::authorize(const stamp&) const {
  return std::variant<request, grant>{request{http_request{.body = "token?"}}};
}

std::variant<grant, outcome> scripted::token(const transport_result& came, timestamp now) const {
  auto how = judge(came, now);
  if (how.error_class != error_class::none)
    return how;
  const auto& given = std::get<response>(came).body;
  if (!gives_tickets)
    return grant{given, now + *token_lives / 2, now + *token_lives};
  grant out{.refresh_at = now + std::chrono::hours{1}, .expires_at = now + std::chrono::hours{1}};
  for (std::istringstream words{given}; words;)
    if (std::string ticket; words >> ticket)
      out.tickets.push_back(ticket);
  return out;
}

result<request> scripted::probe(const stamp& at) const {
  if (!has_probe)
    return error{errc::not_found, "cannot be tested without sending"};
  return request{http_request{.headers = {{"token", at.token}}, .body = "probe"}};
}

}  // namespace carillon::tests
