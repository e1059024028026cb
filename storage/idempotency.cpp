#include "storage/idempotency.hpp"

#include <algorithm>
#include <chrono>
#include <string>
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
}

struct known_answer {
  digest body_hash{};
  stored_answer answer{};
  timestamp since{};
};

/// A request that is at work for longer was cut off: nobody waits longer for outcomes.
constexpr seconds longest_work{60};

/// Answers a request seen before.
void answer_again(unit& x, const known_answer& first) {
  with_request(x, [&](auto& content) {
    if (content.idempotency->body_hash != first.body_hash) {
      x.refused = error{errc::invalid, "this Idempotency-Key was used with another body"};
      return;
    }
    auto again = first.answer;
    if (again.status == still_at_work && x.now - first.since < longest_work) {
      x.refused = error{errc::conflict,
                        "the first request with this Idempotency-Key is still at work",
                        {},
                        seconds{1}};
      return;
    }
    if (again.status == still_at_work)
      again.status = 200;
    content.done.replayed = std::move(again);
  });
}

}  // namespace

idempotency_ledger::idempotency_ledger(work& w, std::span<const unit_ptr> units) : w_(w) {
  std::vector<std::pair<digest, unit*>> asked;
  for (const auto& x : units)
    with_request(*x, [&](auto& content) {
      const auto& r = *content.idempotency;
      asked.emplace_back(digest_of({r.subject, r.method, r.path, r.key}), x.get());
    });
  std::map<digest, known_answer> known;
  w.db.for_rows(
    find_text, key_column, asked.size(),
    [&](std::size_t i, parameter_list& out) {
      out.emplace_back("key", asked[i].first);
      out.emplace_back("since", asked[i].second->now - lifetime);
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
  for (const auto& [key, x] : asked) {
    if (const auto found = known.find(key); found != known.end())
      answer_again(*x, found->second);
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
      const auto& r = *content.idempotency;
      answers.push_back({key, {r.body_hash, r.compose(content.done), x->now}});
      times.push_back(x->now);
    });
    const auto [begin, end] = repeats_.equal_range(key);
    for (auto r = begin; r != end; ++r)
      answer_again(*r->second, answers.back().second);
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
