#pragma once

#include "adapters/http/cors.hpp"
#include "adapters/http/limits.hpp"
#include "adapters/http/router.hpp"
#include "adapters/http/server.hpp"
#include "adapters/http/services.hpp"
#include "adapters/http/snapshot.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace carillon::http {

/// Who may read metrics, and which pages may ask at all.
struct site_rules {
  explicit site_rules(const server_rules& how)
      : metrics_token(how.metrics_token), pages(how.allowed_origins) {}

  std::string metrics_token;
  origins pages;
};

/// What all connections of a server share. Safe from any thread but for `let_go`.
struct site {
  site(server_options how, services engine)
      : options(std::move(how)),
        with(std::move(engine)),
        rules(std::make_shared<const site_rules>(options.rules)),
        users("user", options.rules.request_limit_per_minute),
        producers("producer", options.rules.producer_limit_per_minute) {}

  void use(const server_rules& fresh) {
    rules.exchange(std::make_shared<const site_rules>(fresh));
    users.set(fresh.request_limit_per_minute);
    producers.set(fresh.producer_limit_per_minute);
  }

  /// Gives back the actors, once no shard runs any more.
  void let_go() noexcept {
    with.ingress = nullptr;
    with.persistence = nullptr;
    with.queries = nullptr;
    with.presence = nullptr;
  }

  const server_options options;
  services with;
  const router routes{all_routes()};
  snapshot<site_rules> rules;
  request_limit users;
  request_limit producers;
  /// No answer keeps its connection open any more.
  std::atomic<bool> closing{false};
  std::atomic<std::int64_t> plain{0};
};

/// One of the places for connections that speak plain HTTP; gives it back when destroyed.
class plain_place {
 public:
  plain_place() = default;
  plain_place(plain_place&&) noexcept = default;
  plain_place& operator=(plain_place&& other) noexcept {
    std::swap(in_, other.in_);
    return *this;
  }
  ~plain_place() {
    if (in_)
      --in_->plain;
  }

  /// An empty one when every place is taken.
  static plain_place enter(const std::shared_ptr<site>& in) {
    plain_place place;
    if (in->plain.fetch_add(1) < in->options.plain_connections)
      place.in_ = in;
    else
      --in->plain;
    return place;
  }

  explicit operator bool() const noexcept { return in_ != nullptr; }

 private:
  std::shared_ptr<site> in_;
};

}  // namespace carillon::http
