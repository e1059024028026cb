// Channels as an operator changes them on a running node.

#include "bin/app/app.hpp"
#include "bin/config/document.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

using configuration::from_api;
using configuration::table;

constexpr seconds standing_patience{2};

error no_such_channel() {
  return {errc::not_found, "there is no such channel"};
}

/// How a channel without a sender stands.
channel_standing standing_without_sender(const booked_channel& what) {
  channel_standing out{.channel = what.settings.name};
  if (!what.settings.enabled)
    out.state = channel_state::disabled;
  else if (what.paused_at)
    out.state = channel_state::paused;
  return out;
}

table document_of(const booked_channel& what, const channel_standing& stands) {
  auto out = configuration::show_channel(what.settings);
  out.emplace("name", from_api(what.settings.name));
  out.emplace("origin", from_api(std::string{to_string(what.origin)}));
  out.emplace("state", from_api(std::string{to_string(stands.state)}));
  if (!stands.why.empty())
    out.emplace("detail", from_api(stands.why));
  return out;
}

}  // namespace

std::map<std::string, channel_standing> app::standings() {
  return engine_->senders().standings(std::chrono::steady_clock::now() + standing_patience);
}

result<stored_answer> app::list_channels() {
  const auto known = standings();
  configuration::list items;
  for (const auto& [name, channel] : book_->all()) {
    const auto stands = known.find(name);
    items.push_back(from_api(document_of(
      channel, stands == known.end() ? standing_without_sender(channel) : stands->second)));
  }
  return stored_answer{200, configuration::write_document({{"items", from_api(std::move(items))}})};
}

result<stored_answer> app::show_channel(const std::string& name, int status) {
  const auto* channel = book_->find(name);
  if (!channel)
    return no_such_channel();
  const auto known = standings();
  const auto stands = known.find(name);
  return stored_answer{status, configuration::write_document(document_of(
                                 *channel, stands == known.end() ? standing_without_sender(*channel)
                                                                 : stands->second))};
}

result<stored_answer> app::put_channel(const http::settings_request& asked) {
  const bool fresh = book_->find(asked.channel) == nullptr;
  auto next = book_->propose(asked.channel, asked.body);
  if (!next)
    return next.error();
  if (auto done = commit(
        asked, administration{.changes = {override_channel{asked.channel, stored_text(*next)}}},
        {.action = "channel.put",
         .object = asked.channel,
         .detail = configuration::write_document(configuration::show_channel(next->settings))});
      !done)
    return done.error();
  auto took = take_channel(std::move(*next));
  if (!took)
    return took.error();
  return show_channel(asked.channel, fresh ? 201 : 200);
}

result<stored_answer> app::delete_channel(const http::settings_request& asked) {
  const auto& name = asked.channel;
  const auto* channel = book_->find(name);
  if (!channel)
    return no_such_channel();
  auto below = book_->without_override(name);
  if (!below)
    if (auto why = use_of(name); !why.empty())
      return error{errc::conflict, std::move(why)};
  if (channel->origin != settings_origin::file) {
    administration what{.changes = {override_channel{name, std::nullopt}}};
    if (!below)
      what.changes.emplace_back(pause_channel{name, false});
    if (auto done = commit(asked, std::move(what), {.action = "channel.delete", .object = name});
        !done)
      return done.error();
    if (below) {
      if (auto took = take_channel(std::move(*below)); !took)
        return took.error();
    } else {
      book_->remove(name);
      engine_->senders().retire(name);
      publish_channels();
    }
  }
  return book_->find(name) ? show_channel(name) : stored_answer{204, {}};
}

result<void> app::take_channel(booked_channel what) {
  const auto name = what.settings.name;
  book_->put(std::move(what));
  auto took = engine_->senders().apply(*book_->find(name));
  publish_channels();
  return took;
}

void app::publish_channels() {
  how_.channels = book_->settings();
  publish();
}

std::string app::use_of(const std::string& name) const {
  for (const auto& other : book_->users_of(name))
    return "channel " + other + " fails over to it";
  for (const auto* routes : {&how_.routes, &own_routes_})
    for (const auto& route : *routes)
      for (const auto* names : {&route.channels, &route.failover})
        if (std::ranges::find(*names, name) != names->end())
          return route.name + (route.origin == "api" ? " of the API" : " of the configuration")
                 + " names it";
  return {};
}

void app::test_channel(http::settings_request& asked) {
  const auto* channel = book_->find(asked.channel);
  if (!channel)
    return asked.reply(no_such_channel());
  if (auto told =
        commit(asked, administration{}, {.action = "channel.test", .object = asked.channel});
      !told)
    return asked.reply(told.error());
  const auto say = [](bool ok, std::string_view detail) {
    return stored_answer{200, configuration::write_document(
                                {{"ok", from_api(ok)}, {"detail", from_api(std::string{detail})}})};
  };
  if (!channel->settings.enabled)
    return asked.reply(say(false, "the channel is switched off"));
  auto reply = std::make_shared<carillon::answer<stored_answer>>(std::move(asked.reply));
  auto found = std::make_shared<carillon::answer<probe_report>>(
    [reply, say](const result<probe_report>& report) {
      if (report)
        (*reply)(say(report->ok, report->detail));
      else if (report.error().code == errc::not_found)
        (*reply)(say(true, report.error().detail));
      else
        (*reply)(report.error());
    });
  if (channel->settings.type == "log" || channel->settings.type == "system")
    (*found)(probe_report{true, "needs no provider"});
  else
    engine_->senders().order(asked.channel, {probe_now{std::move(found)}});
}

result<stored_answer> app::hold_channel(const http::settings_request& asked, bool pause) {
  const auto* channel = book_->find(asked.channel);
  if (!channel)
    return no_such_channel();
  if (channel->settings.type == "system")
    return error{errc::conflict, "the inbox cannot be paused: what is accepted is delivered"};
  administration what{.changes = {pause_channel{asked.channel, pause}}};
  if (!pause)
    what.changes.emplace_back(break_channel{asked.channel, false, {}});
  if (auto done =
        commit(asked, std::move(what),
               {.action = pause ? "channel.pause" : "channel.resume", .object = asked.channel});
      !done)
    return done.error();
  auto held = *channel;
  held.paused_at = pause ? std::optional{asked.now} : std::nullopt;
  book_->put(std::move(held));
  if (pause)
    engine_->senders().order(asked.channel, {pause_sending{}});
  else
    engine_->senders().order(asked.channel, {resume_sending{}});
  return show_channel(asked.channel);
}

}  // namespace carillon
