#include "bin/listen_address.hpp"

#include <charconv>

namespace carillon {

std::optional<listen_address> parse_listen_address(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto port = text.substr(colon + 1);
  listen_address to;
  auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), to.port);
  if (failure != std::errc{} || end != port.data() + port.size() || port.empty())
    return std::nullopt;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  to.host = host.empty() ? "0.0.0.0" : host;
  return to;
}

}  // namespace carillon
