#include "bin/config/masked_url.hpp"

#include "bin/config/document.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace carillon::configuration {

namespace {

/// A run of a text's bytes.
struct stretch {
  std::size_t begin{0};
  std::size_t size{0};
};

void note_password(std::string_view url, std::size_t begin, std::size_t end,
                   std::vector<stretch>& found) {
  const auto at = url.substr(begin, end - begin).rfind('@');
  if (at == std::string_view::npos)
    return;
  const auto colon = url.substr(begin, at).find(':');
  const auto from = colon == std::string_view::npos ? 0 : colon + 1;
  found.push_back({begin + from, at - from});
}

void note_values(std::string_view url, std::size_t begin, std::vector<stretch>& found) {
  const auto end = std::min(url.find('#', begin), url.size());
  while (begin < end) {
    const auto next = std::min(url.find('&', begin), end);
    if (const auto middle = url.find('=', begin); middle < next)
      found.push_back({middle + 1, next - middle - 1});
    begin = next + 1;
  }
}

/// What is secret in a URL, in its order, none empty.
std::vector<stretch> secrets_in(std::string_view url) {
  std::vector<stretch> found;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos || url.find('\n') != std::string_view::npos)
    return found;
  const auto host = scheme + 3;
  const auto path = std::min(url.find_first_of("/?#", host), url.size());
  note_password(url, host, path, found);
  if (const auto query = url.find_first_of("?#", path);
      query != std::string_view::npos && url[query] == '?')
    note_values(url, query + 1, found);
  std::erase_if(found, [](const stretch& x) { return x.size == 0; });
  return found;
}

}  // namespace

std::string masked_url(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (const auto& [begin, size] : secrets_in(text)) {
    out.append(text.substr(done, begin - done)).append(mask);
    done = begin + size;
  }
  return out.append(text.substr(done));
}

bool is_masked_url(std::string_view text) {
  return std::ranges::any_of(
    secrets_in(text), [&](const stretch& x) { return text.substr(x.begin, x.size) == mask; });
}

}  // namespace carillon::configuration
