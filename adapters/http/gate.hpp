#pragma once

#include "adapters/http/reply.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/site.hpp"
#include "adapters/http/token_cache.hpp"
#include "protocol/door.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace carillon::http {

/// What the head of a request leads to, before anything of its body is read.
struct admission {
  /// Null where no route was found.
  const route* to{nullptr};
  /// Set where the request goes no further.
  std::optional<reply> refused{};
  /// Where the request counts against the user's limit.
  std::optional<allowance> quota{};
  /// Null for requests that only read.
  std::shared_ptr<door::ticket> ticket{};
  std::size_t body_bound{0};
  /// Counts among the live connections, not among those of plain HTTP.
  bool to_live{false};

  /// The route for the metrics: its pattern, never the path.
  std::string_view label() const noexcept { return to != nullptr ? to->pattern : "other"; }
};

/// Decides on a request by its head alone: route, origin, token, scope, limit, size, type,
/// admission; in this order. Fills in `who`, `id`, `cors` and `trace_id`.
admission admit(site& at, token_cache& tokens, request& in);

/// Lets a body grow by `bytes` to `total`; the refusal otherwise.
std::optional<error> admit_more(const site& at, admission& so_far, std::size_t bytes,
                                std::size_t total);

/// The token of an `Authorization` field of the scheme Bearer; empty for anything else.
std::string_view bearer_of(std::string_view authorization);

}  // namespace carillon::http
