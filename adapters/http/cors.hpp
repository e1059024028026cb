#pragma once

#include "adapters/http/reply.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace carillon::http {

/// Whether the text can be an allowed origin: `*`, or a scheme, a host and perhaps a port, such as
/// `https://app.example:8443`.
bool is_origin(std::string_view text);

/// Which web pages may use the engine, by their `Origin`. Immutable, so safe from any thread.
class origins {
 public:
  /// Each satisfies `is_origin`. None, or a `*` among them, allows every page.
  explicit origins(const std::vector<std::string>& allowed);

  /// A page of that origin may. One that came from `host` itself always may.
  bool allows(std::string_view origin, std::string_view host) const;

  /// The header lines that let an allowed page read an answer.
  std::string lines_for(std::string_view origin) const;

 private:
  bool all_;
  std::unordered_set<std::string> allowed_;
};

/// Answers a browser that asks before it sends (a preflight); `methods` are the path's own.
reply preflight(std::string_view methods);

}  // namespace carillon::http
