#include "protocol/codec/stats.hpp"
#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace carillon::http::api {

namespace {

using users = std::vector<online_user>;

/// Asks presence, then storage, and puts both into one answer.
void answer_operator(const call& c) {
  auto live = std::make_shared<codec::live_counts>();
  auto asked = std::make_shared<query>();
  asked->outside = true;
  asked->what = read_stats{c.in.who, c.in.now, true,
                           c.answer.promise<inbox_stats>([live](const inbox_stats& stats) {
                             return reply{200, codec::stats_json(stats, *live)};
                           })};
  answer<users> online{[live, asked, queries = c.with.queries](const result<users>& here) {
    if (!here)
      return std::get<read_stats>(asked->what).reply(here.error());
    live->users_online = here->size();
    for (const auto& user : *here)
      live->connections += user.devices;
    caf::anon_send(queries, asked);
  }};
  caf::anon_send(c.with.presence, list_online{std::make_shared<answer<users>>(std::move(online))});
}

}  // namespace

void get_stats(const call& c) {
  if (c.in.who->is_admin)
    return answer_operator(c);
  ask(c, read_stats{c.in.who, c.in.now, false,
                    c.answer.promise<inbox_stats>([](const inbox_stats& stats) {
                      return reply{200, codec::stats_json(stats, std::nullopt)};
                    })});
}

}  // namespace carillon::http::api
