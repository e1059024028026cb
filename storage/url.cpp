#include "storage/url.hpp"

#include <stdexcept>
#include <string_view>

namespace carillon::storage {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite://";

/// Hides the value of a `password=` in the query part.
void mask_query(std::string& url) {
  const auto query = url.find('?');
  if (query == std::string::npos)
    return;
  for (auto at = url.find("password=", query); at != std::string::npos;) {
    const auto begin = at + 9;
    const auto end = std::min(url.find('&', begin), url.size());
    url.replace(begin, end - begin, "***");
    at = url.find("password=", begin + 3);
  }
}

}  // namespace

store_url parse_url(const std::string& url) {
  if (url.starts_with(sqlite_scheme)) {
    auto file = url.substr(sqlite_scheme.size());
    if (file.empty() || file.find('"') != std::string::npos)
      throw std::invalid_argument("sqlite:// needs the name of a file, without quotes");
    return {engine::sqlite, std::move(file)};
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return {engine::postgresql, url};
  throw std::invalid_argument("not sqlite://FILE nor postgresql://…: " + masked(url));
}

std::string masked(const std::string& url) {
  auto shown = url;
  mask_query(shown);
  const auto scheme = shown.find("://");
  if (scheme == std::string::npos || shown.starts_with(sqlite_scheme))
    return shown;
  const auto begin = scheme + 3;
  const auto authority_end = std::min(shown.find_first_of("/?", begin), shown.size());
  const auto at = shown.rfind('@', authority_end);
  if (at == std::string::npos || at < begin)
    return shown;
  const auto colon = shown.find(':', begin);
  if (colon < at)
    shown.replace(colon + 1, at - colon - 1, "***");
  return shown;
}

}  // namespace carillon::storage
