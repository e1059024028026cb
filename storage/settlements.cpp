#include "storage/settlements.hpp"

#include "protocol/rules/sinks.hpp"
#include "storage/address_changes.hpp"
#include "storage/bulks.hpp"
#include "storage/channel_history.hpp"
#include "storage/deliveries.hpp"
#include "storage/scope_history.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

using enum storage_class;

using attempt_key = std::pair<delivery_id, int>;

constexpr column attempt_columns[] = {
  {"delivery_id", binary}, {"number", number},      {"channel"},
  {"started_at", number},  {"duration_ms", number}, {"outcome"},
  {"error_class"},         {"provider_code"},       {"excerpt"}};

constexpr std::string_view attempt_text =
  "insert into notification_attempts (delivery_id, number, channel, started_at, duration_ms, "
  "outcome, error_class, provider_code, excerpt) select {delivery_id}, {number}, {channel}, "
  "{started_at}, {duration_ms}, {outcome}, {error_class}, {provider_code}, {excerpt} "
  "{from rows} where true on conflict (delivery_id, number) do nothing "
  "returning delivery_id, number";

constexpr column state_columns[] = {
  {"id", binary},     {"recipient"},           {"status"},     {"attempts", number},
  {"tries", number},  {"due_at", number},      {"last_error"}, {"error_class"},
  {"reason"},         {"provider_message_id"}, {"ticket"},     {"failed_over_to", binary},
  {"sent_at", number}};

constexpr std::string_view state_text =
  "update notification_deliveries set recipient = {recipient}, status = {status}, "
  "attempts = {attempts}, tries = {tries}, due_at = {due_at}, last_error = {last_error}, "
  "error_class = {error_class}, reason = {reason}, provider_message_id = {provider_message_id}, "
  "ticket = {ticket}, "
  "failed_over_to = {failed_over_to}, sent_at = {sent_at}, owner = null {from rows} "
  "where notification_deliveries.id = {id} and notification_deliveries.due_at is not null and "
  "(notification_deliveries.owner = :node or (notification_deliveries.owner is null and "
  "notification_deliveries.tries < {tries})) returning notification_deliveries.id";

/// An attempt of a settlement, to be logged.
struct logged {
  const settlement* of;
  const attempt* what;
};

std::vector<logged> attempts_of(std::span<const settlement* const> told) {
  std::vector<logged> out;
  for (const auto* x : told) {
    for (const auto& one : x->earlier)
      out.push_back({x, &one});
    if (x->attempt.number > 0)
      out.push_back({x, &x->attempt});
  }
  return out;
}

/// Logs the attempts and heeds what they say of addresses; answers the settlements that were not
/// there yet, each once.
std::vector<const settlement*> log_attempts(work& w, std::span<const settlement* const> told,
                                            timestamp now, uuid_source& ids) {
  const auto tried = attempts_of(told);
  std::set<attempt_key> fresh;
  for (const auto* x : told)
    if (x->attempt.number == 0)
      fresh.emplace(x->delivery->id, 0);
  w.db.for_rows(
    attempt_text, attempt_columns, tried.size(),
    [&](std::size_t i, parameter_list& out) {
      const auto& [of, x] = tried[i];
      out.insert(out.end(), {{"delivery_id", of->delivery->id},
                             {"number", x->number},
                             {"channel", of->delivery->channel},
                             {"started_at", x->started_at},
                             {"duration_ms", x->duration.count()},
                             {"outcome", to_string(x->outcome)},
                             {"error_class", to_string(x->error_class)},
                             {"provider_code", x->provider_code},
                             {"excerpt", x->excerpt}});
    },
    {}, 2,
    [&](row& x) {
      const auto id = x.id<delivery_id>();
      fresh.emplace(id, static_cast<int>(x.number()));
    });
  std::vector<counted_attempt> counted;
  for (const auto& [of, x] : tried)
    counted.push_back({&of->delivery->channel, of->delivery->id, x});
  note_scope_uses(w, counted);
  note_freezes(w, counted);
  std::erase_if(counted, [&](const counted_attempt& x) {
    return !fresh.contains({x.delivery, x.what->number});
  });
  change_addresses(w, counted, now, ids);
  std::vector<const settlement*> news;
  for (const auto* x : told)
    if (fresh.erase({x->delivery->id, x->attempt.number}))
      news.push_back(x);
  return news;
}

void bind_state(const delivery& x, parameter_list& out) {
  out.insert(out.end(), {{"id", x.id},
                         {"recipient", x.recipient},
                         {"status", to_string(x.status)},
                         {"attempts", x.attempts},
                         {"tries", x.tries},
                         null_if(is_final(x.status), {"due_at", x.due_at}),
                         {"last_error", x.last_error},
                         {"error_class", to_string(x.error_class)},
                         {"reason", x.reason},
                         {"provider_message_id", x.provider_message_id},
                         {"ticket", x.ticket},
                         {"failed_over_to", x.failed_over_to},
                         {"sent_at", x.sent_at}});
}

/// What was under way when it was cancelled, and arrived: that is what became of it. Counts and
/// timers have left it out since.
constexpr std::string_view arrived_text =
  "update notification_deliveries set recipient = {recipient}, status = {status}, "
  "attempts = {attempts}, tries = {tries}, due_at = {due_at}, last_error = {last_error}, "
  "error_class = {error_class}, reason = {reason}, provider_message_id = {provider_message_id}, "
  "ticket = {ticket}, "
  "failed_over_to = {failed_over_to}, sent_at = {sent_at} {from rows} "
  "where notification_deliveries.id = {id} and notification_deliveries.status = 'cancelled' "
  "returning notification_deliveries.id";

/// What was under way when it was cancelled, and failed: it was tried all the same.
constexpr column tried_columns[] = {
  {"id", binary}, {"attempts", number}, {"tries", number}, {"last_error"}, {"error_class"}};

constexpr std::string_view tried_text =
  "update notification_deliveries set attempts = {attempts}, tries = {tries}, "
  "last_error = {last_error}, error_class = {error_class} {from rows} "
  "where notification_deliveries.id = {id} and notification_deliveries.status = 'cancelled' and "
  "notification_deliveries.tries < {tries}";

void bind_try(const delivery& x, parameter_list& out) {
  out.insert(out.end(), {{"id", x.id},
                         {"attempts", x.attempts},
                         {"tries", x.tries},
                         {"last_error", x.last_error},
                         {"error_class", to_string(x.error_class)}});
}

/// Counts and timers of a delivery's new state.
void report_state(work& w, const delivery& x) {
  if (is_final(x.status)) {
    count_waiting(w.out, x.channel, x.priority, -1);
    if (x.status == delivery_status::dead)
      ++tally_of(w.out, x.channel).dead;
    return;
  }
  w.wishes.has_backlog(x.channel, x.priority);
  arm_at(w.out, timer_kind::retry, x.due_at, x.channel);
  if (x.expires_at != timestamp::max())
    arm_at(w.out, timer_kind::expiry, x.expires_at);
}

/// Takes over what arrived although it was cancelled; answers those.
std::vector<const delivery*> note_arrivals(work& w, const std::vector<const delivery*>& arrived) {
  std::set<delivery_id> taken;
  w.db.for_rows(
    arrived_text, state_columns, arrived.size(),
    [&](std::size_t i, parameter_list& out) { bind_state(*arrived[i], out); }, {}, 1,
    [&](row& x) { taken.insert(x.id<delivery_id>()); });
  std::vector<const delivery*> out;
  std::ranges::copy_if(arrived, std::back_inserter(out),
                       [&](const delivery* x) { return taken.contains(x->id); });
  return out;
}

/// What the sinks hear of these ends goes where any new delivery goes.
void tell_sinks(work& w, std::span<const delivery* const> ended, timestamp now, uuid_source& ids,
                std::vector<delivery_ptr>& out) {
  for (const auto& to : w.sinks)
    for (const auto* x : ended)
      if (auto told = rules::publish(to, *x, now, delivery_id{ids.next(now)}))
        out.push_back(std::make_shared<delivery>(std::move(*told)));
}

}  // namespace

void settle_deliveries(work& w, std::span<const settlement* const> told, timestamp now,
                       uuid_source& ids) {
  if (told.empty())
    return;
  const auto news = log_attempts(w, told, now, ids);
  std::set<delivery_id> ours;
  w.db.for_rows(
    state_text, state_columns, news.size(),
    [&](std::size_t i, parameter_list& out) { bind_state(*news[i]->delivery, out); },
    {{"node", w.node}}, 1, [&](row& x) { ours.insert(x.id<delivery_id>()); });
  std::vector<const delivery*> arrived;
  std::vector<const delivery*> tried;
  std::vector<const delivery*> ended;
  std::vector<delivery_ptr> fresh;
  for (const auto* x : news) {
    if (!ours.erase(x->delivery->id)) {
      if (x->delivery->status == delivery_status::delivered)
        arrived.push_back(x->delivery.get());
      else if (x->attempt.number > 0)
        tried.push_back(x->delivery.get());
      continue;
    }
    report_state(w, *x->delivery);
    if (x->attempt.number > 0 || is_final(x->delivery->status))  // not merely put off
      w.out.outcomes.push_back(x->delivery);
    if (is_final(x->delivery->status))
      ended.push_back(x->delivery.get());
    if (x->successor)
      fresh.push_back(x->successor);
  }
  w.db.for_rows(tried_text, tried_columns, tried.size(),
                [&](std::size_t i, parameter_list& out) { bind_try(*tried[i], out); });
  std::ranges::copy(note_arrivals(w, arrived), std::back_inserter(ended));
  tell_sinks(w, ended, now, ids, fresh);
  insert_deliveries(w, fresh, now);
  follow_bulks(w, fresh);
  w.out.rows += news.size() * 2;
}

}  // namespace carillon::storage
