#pragma once

#include "adapters/http/limits.hpp"
#include "adapters/http/router.hpp"
#include "adapters/http/server.hpp"
#include "adapters/http/services.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace carillon::http {

/// What all connections of a server share. Safe from any thread but for `let_go`.
struct site {
  site(server_options how, services engine)
      : options(std::move(how)), with(std::move(engine)), limit(options.request_limit_per_minute) {}

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
  request_limit limit;
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
