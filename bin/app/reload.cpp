// How a running node takes over a changed configuration.

#include "bin/reload.hpp"
#include "bin/app/app.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace carillon {

namespace {

error stopping() {
  return {errc::unavailable, "the node stops", {}, seconds{5}};
}

template <class Errand>
void refuse(Errand& what) {
  if (auto* asked = std::get_if<http::settings_request>(&what))
    asked->reply(stopping());
  else
    std::get<answer<http::reload_report>>(what)(stopping());
}

/// The key file's content is not in the configuration, only its name.
void name_new_key(std::vector<std::string>& changed) {
  if (std::ranges::none_of(changed, [](auto& name) { return name.starts_with("auth."); }))
    changed.emplace_back("auth.jwt_public_key_file");
}

}  // namespace

result<http::reload_report> app::take_over() {
  auto fresh = again_();
  if (!fresh)
    return std::move(fresh).error();
  auto book = book_->over(fresh->channels);
  if (!book)
    return book.error();
  auto wanted = configuration::put_over(*fresh, keys_);
  if (!wanted)
    return wanted.error();
  wanted->channels = book->settings();
  auto plan = plan_reload(how_, std::move(*wanted));
  try {
    // The last step that may fail, and the first that changes anything.
    if (tokens_->replace(jwt_rules_of(plan.next), plan.next.auth.service_tokens))
      name_new_key(plan.changed);
  } catch (const std::invalid_argument& why) {
    const bool file = !plan.next.auth.jwt_public_key_file.empty();
    return error{errc::invalid,
                 "the configuration is not valid",
                 {{file ? "auth.jwt_public_key_file" : "auth.jwt_secret", why.what()}}};
  }
  const auto before = std::exchange(book_, std::move(*book));
  file_ = std::move(*fresh);
  how_ = std::move(plan.next);
  take_channels(*before, plan.changed);
  adopt();
  for (auto& shard : shards_)
    shard->close_withdrawn();
  return http::reload_report{std::move(plan.changed), std::move(plan.later)};
}

void app::take_channels(const channel_book& before, const std::vector<std::string>& changed) {
  for (const auto& [name, channel] : book_->all())
    if (std::ranges::find(changed, "channels." + name) != changed.end())
      if (auto took = engine_->senders().apply(channel); !took)
        spdlog::error("channels.{} is not changed: {}", name, took.error().detail);
  for (const auto& [name, channel] : before.all())
    if (!book_->find(name))
      engine_->senders().retire(name);
}

result<http::reload_report> app::reload() {
  auto done = take_over();
  if (!done) {
    spdlog::error("the configuration is not reloaded: {}", done.error().detail);
    for (auto& fault : done.error().faults)
      spdlog::error("{}: {}", fault.path, fault.message);
    return done;
  }
  for (auto& name : done->changed)
    spdlog::info("{} has changed", name);
  for (auto& name : done->needs_restart)
    spdlog::warn("{} has changed; it takes effect at the next start", name);
  spdlog::info("the configuration is reloaded");
  return done;
}

void app::ask(errand what) {
  {
    std::lock_guard lock{asked_mutex_};
    if (*draining_)
      return refuse(what);
    asked_.push_back(std::move(what));
  }
  signals::wake();
}

std::vector<app::errand> app::take_errands() {
  std::vector<errand> waiting;
  std::lock_guard lock{asked_mutex_};
  waiting.swap(asked_);
  return waiting;
}

void app::run_errands() {
  for (auto& errand : take_errands()) {
    if (auto* asked = std::get_if<http::settings_request>(&errand))
      serve_settings(*asked);
    else
      std::get<answer<http::reload_report>>(errand)(reload());
  }
}

void app::refuse_errands() {
  for (auto& errand : take_errands())
    refuse(errand);
}

}  // namespace carillon
