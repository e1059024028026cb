#include "adapters/http/request.hpp"

namespace carillon::http {

std::string_view to_string(verb x) {
  constexpr std::array<std::string_view, verb_count> names{"GET",    "HEAD",  "POST",    "PUT",
                                                           "DELETE", "PATCH", "OPTIONS", "OTHER"};
  return names[static_cast<std::size_t>(x)];
}

}  // namespace carillon::http
