#include "adapters/channels/canonical_headers.hpp"

#include "protocol/codec/text.hpp"

#include <algorithm>

namespace carillon::channels {

namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  return out;
}

/// What stands between the scheme and the path, and what follows it.
std::pair<std::string_view, std::string_view> authority_and_rest(std::string_view url) {
  const auto scheme = url.find("://");
  auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  return {rest.substr(0, end), rest.substr(end)};
}

}  // namespace

canonical_headers canonical(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::vector<std::pair<std::string, std::string_view>> sorted;
  sorted.reserve(headers.size());
  for (auto& [name, value] : headers)
    sorted.emplace_back(lower(name), codec::trimmed(value));
  std::ranges::sort(sorted);
  canonical_headers out;
  for (auto& [name, value] : sorted) {
    out.lines.append(name).append(":").append(value).append("\n");
    out.names.append(out.names.empty() ? "" : ";").append(name);
  }
  return out;
}

std::string host_of(std::string_view url) {
  auto host = authority_and_rest(url).first;
  if (const auto at = host.rfind('@'); at != std::string_view::npos)
    host.remove_prefix(at + 1);
  const std::string_view port = url.starts_with("https:") ? ":443" : ":80";
  if (host.ends_with(port))
    host.remove_suffix(port.size());
  return std::string{host};
}

std::string path_of(std::string_view url) {
  const auto rest = authority_and_rest(url).second;
  const auto path = rest.substr(0, std::min(rest.find_first_of("?#"), rest.size()));
  return path.empty() ? "/" : std::string{path};
}

}  // namespace carillon::channels
