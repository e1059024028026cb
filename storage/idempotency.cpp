#include "storage/idempotency.hpp"

#include "storage/deliveries.hpp"
#include "storage/json_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

constexpr auto lifetime = std::chrono::hours{24};

using enum storage_class;

constexpr column key_column[] = {{"key", binary}, {"since", number}};

constexpr std::string_view find_text =
  "select idempotency_keys.key, body_hash, status, body, created_at from idempotency_keys {, rows} "
  "where idempotency_keys.key = {key} and created_at > {since}";

constexpr column store_columns[] = {
  {"key", binary}, {"body_hash", binary}, {"status", number}, {"body"}, {"created_at", number}};

/// A key whose time is over is taken again; one that another node has just stored is a conflict,
/// and the repeated unit finds it.
constexpr std::string_view store_text =
  "insert into idempotency_keys (key, body_hash, status, body, created_at) "
  "select {key}, {body_hash}, {status}, {body}, {created_at} {from rows} where true "
  "on conflict (key) do update set body_hash = excluded.body_hash, status = excluded.status, "
  "body = excluded.body, created_at = excluded.created_at "
  "where idempotency_keys.created_at <= excluded.created_at - 86400000 returning key";

/// Calls `f` with the unit's content where it bears an idempotency key.
template <class Unit, class F>
void with_request(Unit& x, F f) {
  if (auto* made = std::get_if<creation>(&x.what); made && made->idempotency)
    f(*made);
  else if (auto* taken = std::get_if<acceptance>(&x.what); taken && taken->idempotency)
    f(*taken);
  else if (auto* again = std::get_if<replaying>(&x.what); again && again->idempotency)
    f(*again);
  else if (auto* begun = std::get_if<bulking>(&x.what); begun && begun->idempotency)
    f(*begun);
  else if (auto* words = std::get_if<templating>(&x.what); words && words->idempotency)
    f(*words);
}

struct known_answer {
  digest body_hash{};
  stored_answer answer{};
  timestamp since{};
};

/// A request that is at work for longer was cut off: nobody waits longer for outcomes.
constexpr seconds longest_work{60};

/// A key asked for, and by which unit of a batch.
struct asked_key {
  digest key{};
  timestamp now{};
  unit* by{nullptr};
};

template <class Done>
digest key_of(const once<Done>& request) {
  return digest_of({request.subject, request.method, request.path, request.key});
}

/// The answers to those keys whose time is not over.
std::map<digest, known_answer> find_answers(connection& db, std::span<const asked_key> asked) {
  std::map<digest, known_answer> known;
  db.for_rows(
    find_text, key_column, asked.size(),
    [&](std::size_t i, parameter_list& out) {
      out.emplace_back("key", asked[i].key);
      out.emplace_back("since", asked[i].now - lifetime);
    },
    {}, 5,
    [&](row& x) {
      const auto key = to_digest(x.binary());
      auto& found = known[key];
      found.body_hash = to_digest(x.binary());
      found.answer.status = static_cast<int>(x.number());
      found.answer.body = x.text();
      found.since = x.time();
    });
  return known;
}

/// Why a request is not answered as the first with its key was.
std::optional<error> objection_to(const digest& body_hash, const known_answer& first) {
  if (body_hash != first.body_hash)
    return error{errc::invalid, "this Idempotency-Key was used with another body"};
  return std::nullopt;
}

/// What a producer is shown, as it stands now.
std::vector<delivery_ptr> standing_of(connection& db, const std::string& shown) {
  std::vector<delivery_ptr> out;
  for (const auto& x : shown_in(shown)) {
    const auto stored = x->id == delivery_id{} ? nullptr : find_delivery(db, x->id);
    out.push_back(stored ? stored : x);
  }
  return out;
}

/// Answers a request whose first was not answered yet: it is waited for while there is something
/// to be tried, and where it was cut off after that, what became of it is told.
void answer_unconcluded(connection& db, unit& x, creation& asked, const known_answer& first) {
  created standing;
  standing.deliveries = standing_of(db, first.answer.body);
  const bool untried = std::ranges::any_of(standing.deliveries, [&](const delivery_ptr& one) {
    return !is_final(one->status) && one->tries == 0 && one->due_at <= x.now;
  });
  if (untried && x.now - first.since < longest_work)
    x.refused = error{errc::conflict,
                      "the first request with this Idempotency-Key is still at work",
                      {},
                      seconds{1}};
  else
    asked.done.replayed = asked.idempotency->compose(standing);
}

/// Answers a request seen before.
void answer_again(connection& db, unit& x, const known_answer& first) {
  with_request(x, [&](auto& content) {
    x.refused = objection_to(content.idempotency->body_hash, first);
    if (x.refused)
      return;
    if constexpr (requires { content.awaited; })
      if (first.answer.status == still_at_work)
        return answer_unconcluded(db, x, content, first);
    content.done.replayed = first.answer;
  });
}

/// What is kept of a request by its own commit.
template <class Unit>
stored_answer answer_to(const Unit& content) {
  if constexpr (requires { content.awaited; })
    if (!content.awaited.empty())
      return {still_at_work, text_of(content.awaited)};
  return content.idempotency->compose(content.done);
}

}  // namespace

result<bool> is_repeated(connection& db, const once<accepted>& request, timestamp now) {
  const asked_key asked[] = {{key_of(request), now}};
  const auto known = find_answers(db, asked);
  if (known.empty())
    return false;
  if (auto why = objection_to(request.body_hash, known.begin()->second))
    return std::move(*why);
  return true;
}

idempotency_ledger::idempotency_ledger(work& w, std::span<const unit_ptr> units) : w_(w) {
  std::vector<asked_key> asked;
  for (const auto& x : units)
    with_request(*x, [&](auto& content) {
      asked.push_back({key_of(*content.idempotency), x->now, x.get()});
    });
  const auto known = find_answers(w.db, asked);
  for (const auto& [key, now, x] : asked) {
    if (const auto found = known.find(key); found != known.end())
      answer_again(w.db, *x, found->second);
    else if (!firsts_.emplace(key, x).second)
      repeats_.emplace(key, x);
  }
}

bool idempotency_ledger::applies(const unit& x) const {
  if (x.refused)
    return false;
  bool replayed = false;
  with_request(x, [&](const auto& content) { replayed = content.done.replayed.has_value(); });
  return !replayed && std::ranges::none_of(repeats_, [&](const auto& r) { return r.second == &x; });
}

void idempotency_ledger::store_answers() {
  std::vector<std::pair<digest, known_answer>> answers;
  std::vector<timestamp> times;
  for (const auto& [key, x] : firsts_) {
    with_request(*x, [&, &key = key, x = x](auto& content) {
      answers.push_back({key, {content.idempotency->body_hash, answer_to(content), x->now}});
      times.push_back(x->now);
    });
    const auto [begin, end] = repeats_.equal_range(key);
    for (auto r = begin; r != end; ++r)
      answer_again(w_.db, *r->second, answers.back().second);
  }
  const auto stored = w_.db.for_rows(
    store_text, store_columns, answers.size(),
    [&](std::size_t i, parameter_list& out) {
      const auto& [key, x] = answers[i];
      out.insert(out.end(), {{"key", key},
                             {"body_hash", x.body_hash},
                             {"status", x.answer.status},
                             {"body", x.answer.body},
                             {"created_at", times[i]}});
    },
    {}, 1, [](row&) {});
  if (stored < answers.size())
    throw unit_failure("another node stored the answer to the same Idempotency-Key just now");
  w_.out.rows += stored;
}

}  // namespace carillon::storage
