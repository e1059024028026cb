// How a running node takes over a changed configuration.

#include "bin/app.hpp"
#include "bin/catalog.hpp"
#include "bin/log.hpp"
#include "bin/reload.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace carillon {

namespace {

error stopping() {
  return {errc::unavailable, "the node stops", {}, seconds{5}};
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
  auto plan = plan_reload(how_, std::move(*fresh));
  if (!plan)
    return std::move(plan).error();
  try {
    // The last step that may fail, and the first that changes anything.
    const auto& next = plan->next;
    if (tokens_->replace(jwt_rules_of(next), next.auth.service_tokens))
      name_new_key(plan->changed);
  } catch (const std::invalid_argument& why) {
    const bool file = !plan->next.auth.jwt_public_key_file.empty();
    return error{errc::invalid,
                 "the configuration is not valid",
                 {{file ? "auth.jwt_public_key_file" : "auth.jwt_secret", why.what()}}};
  }
  how_ = std::move(plan->next);
  server_->use(server_rules_of(how_));
  engine_->use(make_catalog(how_));
  set_log_level(how_.log.level);
  for (auto& shard : shards_)
    shard->close_withdrawn();
  return http::reload_report{std::move(plan->changed), std::move(plan->later)};
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

void app::ask_reload(answer<http::reload_report> reply) {
  {
    std::lock_guard lock{asked_mutex_};
    if (*draining_)
      return reply(stopping());
    asked_.push_back(std::move(reply));
  }
  signals::wake();
}

void app::answer_reloads() {
  std::vector<answer<http::reload_report>> waiting;
  {
    std::lock_guard lock{asked_mutex_};
    waiting.swap(asked_);
  }
  if (waiting.empty())
    return;
  const auto done = reload();
  for (auto& reply : waiting)
    reply(done);
}

void app::refuse_reloads() {
  std::vector<answer<http::reload_report>> waiting;
  {
    std::lock_guard lock{asked_mutex_};
    waiting.swap(asked_);
  }
  for (auto& reply : waiting)
    reply(stopping());
}

}  // namespace carillon
