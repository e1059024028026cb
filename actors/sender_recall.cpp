#include "actors/questions.hpp"
#include "actors/sender_state.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// How long what is not answered waits before storage is asked again.
constexpr seconds ask_again_after{1};

/// So many keys at most in one question.
constexpr std::size_t most_keys = 256;

}  // namespace

steady_time sender_state::scopes_ready_at(const held_delivery& x, steady_time now) {
  if (!post_->queries)
    return post_->scopes.ready_at(x.scopes, now);
  const auto unknown = post_->scopes.unknown(x.scopes, now);
  if (unknown.empty())
    return post_->scopes.ready_at(x.scopes, now);
  const auto& settings = post_->settings;
  const auto in_doubt =
    rules::scope_table::under_way(x.scopes, settings.concurrency, settings.timeout);
  for (const auto& what : unknown)
    questions_[what.key] = {what, in_doubt, false};
  return now + ask_again_after;
}

void sender_state::ask_about_scopes() {
  read_scope_history asked{.channel = post_->settings.name};
  for (auto& [key, x] : questions_)
    if (!x.asked && asked.keys.size() < most_keys) {
      x.asked = true;
      asked.keys.push_back(key);
    }
  if (asked.keys.empty())
    return;
  asked.reply = answer<scope_history>{[to = self_.handle()](result<scope_history> said) {
    caf::anon_send(
      to, channel_order{
            recall{said ? std::make_shared<const scope_history>(std::move(*said)) : nullptr}});
  }};
  self_.send(post_->queries, query_of(std::move(asked)));
}

void sender_state::remember(const recall& x) {
  if (!x.what) {  // they are noted anew when those that wait for them are looked at
    std::erase_if(questions_, [](const auto& each) { return each.second.asked; });
    return;
  }
  const auto now = self_.steady_now();
  const auto steady = [&, wall = post_->clock()](timestamp at) {
    return now - std::max(wall - at, milliseconds::zero());
  };
  for (const auto& [key, times] : x.what->uses) {
    const auto found = questions_.find(key);
    if (found == questions_.end())
      continue;
    const auto& [what, in_doubt, asked] = found->second;
    std::vector<steady_time> uses;
    for (const auto at : times)
      uses.push_back(steady(at));
    if (x.what->released)
      uses.insert(uses.end(), static_cast<std::size_t>(in_doubt), steady(*x.what->released));
    std::ranges::sort(uses);
    std::erase_if(uses,
                  [&](auto at) { return now - at >= rules::scope_table::counts_for(what.limit); });
    post_->scopes.remember(what, now, uses);
    questions_.erase(found);
  }
  held_.look_again();
}

std::vector<scope_use> sender_state::uses_of(const held_delivery& x) const {
  std::vector<scope_use> out;
  for (const auto& [key, limit, weight] : x.scopes)
    if (limit.per > rules::scope_table::longest_remembered)
      out.push_back({key, x.started_at + rules::scope_table::counts_for(limit), weight});
  return out;
}

}  // namespace carillon
