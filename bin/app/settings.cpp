// What an operator asks of the running node's settings: one thing at a time, on the main thread.

#include "bin/app/app.hpp"
#include "bin/await.hpp"
#include "bin/config/channels.hpp"
#include "bin/reload.hpp"

#include <caf/send.hpp>

#include <utility>

namespace carillon {

namespace {

/// Longer than persistence keeps anybody waiting for the store.
constexpr seconds commit_patience{8};

}  // namespace

void app::serve_settings(http::settings_request& asked) {
  using verb = http::settings_request::verb;
  // What makes or removes a channel means the very name.
  if (asked.what != verb::put_channel && asked.what != verb::delete_channel)
    asked.channel =
      codec::own_name(std::move(asked.channel), configuration::unless_in(how_.channels));
  switch (asked.what) {
    case verb::list_channels:
      return asked.reply(list_channels());
    case verb::get_channel:
      return asked.reply(show_channel(asked.channel));
    case verb::put_channel:
      return asked.reply(put_channel(asked));
    case verb::delete_channel:
      return asked.reply(delete_channel(asked));
    case verb::test_channel:
      return test_channel(asked);
    case verb::pause_channel:
    case verb::resume_channel:
      return asked.reply(hold_channel(asked, asked.what == verb::pause_channel));
    case verb::get_settings:
      return asked.reply(stored_answer{200, configuration::settings_json(how_, keys_)});
    case verb::put_settings:
      return asked.reply(put_settings(asked));
    case verb::get_routes:
      return asked.reply(show_routes());
    case verb::put_routes:
      return asked.reply(put_routes(asked));
  }
}

result<void> app::commit(const http::settings_request& asked,
                         std::variant<administration, route_change> what, audit_entry line) {
  awaited_answer<bool> done;
  auto told = std::make_shared<unit>();
  std::visit(
    [&](auto& change) {
      change.reply = done.promise();
      told->what = std::move(change);
    },
    what);
  line.subject = asked.subject;
  told->audit.push_back(std::move(line));
  told->now = asked.now;
  told->arrived = asked.arrived;
  told->ticket = asked.ticket;
  caf::anon_send(engine_->persistence(), unit_ptr{std::move(told)});
  if (auto said = done.until(std::chrono::steady_clock::now() + commit_patience); !said)
    return said.error();
  return {};
}

result<stored_answer> app::put_settings(const http::settings_request& asked) {
  auto next = configuration::read_settings(file_, asked.body);
  if (!next)
    return next.error();
  administration what;
  for (const auto name : configuration::runtime_keys()) {
    const std::string key{name};
    if (const auto value = next->find(key); value != next->end())
      what.changes.emplace_back(override_setting{key, value->second});
    else if (keys_.contains(key))
      what.changes.emplace_back(override_setting{key, std::nullopt});
  }
  auto wanted = configuration::put_over(file_, *next);
  if (!wanted)
    return wanted.error();
  wanted->channels = how_.channels;
  if (auto done = commit(asked, std::move(what),
                         {.action = "settings.put",
                          .object = "settings",
                          .detail = configuration::settings_json(*wanted, *next)});
      !done)
    return done.error();
  keys_ = std::move(*next);
  how_ = plan_reload(how_, std::move(*wanted)).next;
  adopt();
  return stored_answer{200, configuration::settings_json(how_, keys_)};
}

}  // namespace carillon
