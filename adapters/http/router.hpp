#pragma once

#include "adapters/http/request.hpp"
#include "adapters/http/responder.hpp"
#include "adapters/http/services.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace carillon::http {

/// What a token must allow, from nothing on upwards. `open` wants none at all; `metrics` only where
/// one is configured.
enum class access : std::uint8_t { open, metrics, user, publish, admin };

/// What a request may carry. `bulk` bodies and `lines`, which are JSON values a line each, have the
/// larger bound.
enum class body_kind : std::uint8_t { none, json, bulk, lines };

/// One request with everything its handler needs.
struct call {
  const services& with;
  request& in;
  const responder& answer;
  live::shard& on;
};

/// One resource's method. The table of all is data, so that a description of the API can be
/// compared with it.
struct route {
  verb method{verb::get};
  /// A path; `{id}` stands for one segment.
  std::string_view pattern{};
  access scope{access::user};
  body_kind body{body_kind::none};
  void (*handle)(const call&){nullptr};
  /// The token may come as `?token=`.
  bool query_token{false};
  /// Becomes a live connection: counted there, and not against requests per minute.
  bool live{false};
  /// Is of a Socket.IO session: needs no place among those of plain HTTP where it is a user's.
  bool polled{false};
};

/// Every route there is.
std::span<const route> all_routes();

/// Finds routes by path. Immutable, so safe from any thread.
class router {
 public:
  explicit router(std::span<const route> table);

  struct match {
    /// Null where the path exists but not with this method.
    const route* found{nullptr};
    /// The methods of the path, for `Allow`; empty where there is no such path.
    std::string_view allow{};
    std::string_view id{};
  };

  match find(verb method, std::string_view path) const;

 private:
  struct resource {
    std::array<const route*, verb_count> by_verb{};
    std::string allow{};
  };
  struct patterned {
    std::string_view before{};
    std::string_view after{};
    resource what{};
  };

  resource& resource_of(std::string_view pattern);
  static match match_of(const resource& what, verb method, std::string_view id);

  std::unordered_map<std::string_view, resource> exact_;
  std::vector<patterned> patterned_;
};

}  // namespace carillon::http
