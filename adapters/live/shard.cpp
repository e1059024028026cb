#include "adapters/live/shard.hpp"

#include "protocol/metrics.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>

namespace carillon::live {

namespace {

constexpr auto withdrawn = "the key or token it came with was withdrawn";

/// Sockets written to before the outbox and the other sockets are looked at again.
constexpr std::size_t writes_at_once = 128;

}  // namespace

shard::shard(metrics& count)
    : count_(count),
      scratch_(std::make_unique_for_overwrite<char[]>(scratch_size)),
      timers_(std::chrono::steady_clock::now()),
      work_(context_.get_executor()),
      ticker_(context_) {}

shard::~shard() {
  stop();
  join();
  while (!members_.empty())
    dismiss(members_.front());
}

void shard::start() {
  thread_ = std::thread{[this] { run(); }};
}

void shard::stop() {
  context_.stop();
}

void shard::join() {
  if (thread_.joinable())
    thread_.join();
}

void shard::run() {
  tick();
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& failure) {
      // A handler's fault costs its own socket's progress, never the other sockets here.
      spdlog::error("live: a handler failed: {}", failure.what());
    }
  }
}

void shard::tick() {
  timers_.advance(now());
  ticker_.expires_after(timer_wheel::resolution);
  ticker_.async_wait([this](boost::system::error_code failed) {
    if (!failed)
      tick();
  });
}

void shard::put(outlet_ptr to, push_ptr what) {
  if (outbox_.put(std::move(to), std::move(what)))
    serve_outbox();
}

void shard::put(outlet_ptr to, order what) {
  if (outbox_.put(std::move(to), std::move(what)))
    serve_outbox();
}

void shard::serve_outbox() {
  post([this] {
    try {
      outbox_.collect();
      if (outbox_.write(writes_at_once))
        serve_outbox();
    } catch (...) {
      serve_outbox();  // one connection's fault ends nobody else's pushes
      throw;
    }
    const auto written = now();
    for (auto committed = outbox_.written(); committed != steady_time{};
         committed = outbox_.written())
      count_.pushed(std::chrono::duration<double>(written - committed).count());
  });
}

void shard::enroll(outlet_ptr member) {
  members_.push_back(*member);
  auto& kept = member->enrolled_;
  kept = std::move(member);
  if (const auto& who = kept->who(); who && who->withdrawn())
    kept->close(close_code::token_expired, withdrawn);
}

void shard::dismiss(outlet& member) {
  if (const auto last = std::exchange(member.enrolled_, nullptr))
    members_.erase(members_.iterator_to(member));
}

void shard::close_live(close_code code, std::string reason) {
  post([this, code, reason = std::move(reason)] {
    // Through the outbox, so that what was pushed before goes out before the close frame.
    for (auto& each : members_)
      each.close(code, reason);
  });
}

void shard::close_withdrawn() {
  post([this] {
    for (auto& each : members_)
      if (const auto& who = each.who(); who && who->withdrawn())
        each.close(close_code::token_expired, withdrawn);
  });
}

}  // namespace carillon::live
