#include "adapters/transport/guard.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace carillon {

namespace {

using address_bytes = std::array<std::uint8_t, 16>;

address_bytes mapped(const in_addr& v4) {
  address_bytes out{};
  out[10] = out[11] = 0xff;
  std::memcpy(out.data() + 12, &v4, 4);
  return out;
}

std::optional<address_bytes> parse_address(const std::string& text) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return mapped(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1)
    return std::nullopt;
  address_bytes out{};
  std::memcpy(out.data(), &v6, out.size());
  return out;
}

const std::vector<address_range>& special_ranges() {
  static const auto all = [] {
    std::vector<address_range> out;
    for (auto text :
         {"0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
          "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
          "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
          "::/128",        "::1/128",         "::/96",          "64:ff9b::/96",   "64:ff9b:1::/48",
          "100::/64",      "2001::/32",       "2001:db8::/32",  "2002::/16",      "fc00::/7",
          "fe80::/10",     "fec0::/10",       "ff00::/8"})
      out.push_back(*parse_range(text));
    return out;
  }();
  return all;
}

using curl_url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK)
    return {};
  std::string out{text};
  curl_free(text);
  return out;
}

}  // namespace

bool address_range::contains(const address_bytes& address) const noexcept {
  auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(bytes.begin(), bytes.begin() + whole, address.begin()))
    return false;
  if (bits % 8 == 0)
    return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return (bytes[whole] & mask) == (address[whole] & mask);
}

std::optional<address_range> parse_range(std::string_view text) {
  auto slash = text.find('/');
  auto address = parse_address(std::string{text.substr(0, slash)});
  if (!address)
    return std::nullopt;
  auto is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  int bits = is_v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    auto digits = text.substr(slash + 1);
    int asked = -1;
    auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), asked);
    if (failed != std::errc{} || end != digits.data() + digits.size() || asked < 0 || asked > bits)
      return std::nullopt;
    bits = asked;
  }
  return address_range{*address, is_v4 ? bits + 96 : bits};
}

bool address_guard::allows(const address_bytes& address) const {
  auto covers = [&](const address_range& x) { return x.contains(address); };
  return std::ranges::any_of(allowed_, covers) || std::ranges::none_of(special_ranges(), covers);
}

bool address_guard::allows(const sockaddr& address) const {
  if (address.sa_family == AF_INET)
    return allows(mapped(reinterpret_cast<const sockaddr_in&>(address).sin_addr));
  if (address.sa_family != AF_INET6)
    return false;
  address_bytes bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr,
              bytes.size());
  return allows(bytes);
}

std::optional<std::string> address_guard::objection(const std::string& text) const {
  curl_url url{::curl_url(), curl_url_cleanup};
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    return "not a URL";
  auto scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return "neither http nor https";
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty())
    return "a user name in the URL";
  auto host = part(url.get(), CURLUPART_HOST);
  if (host.starts_with('['))
    host = host.substr(1, host.size() - 2);
  // inet_aton reads the short, octal and hexadecimal forms that resolvers take.
  in_addr odd{};
  auto literal =
    inet_aton(host.c_str(), &odd) != 0 ? std::optional(mapped(odd)) : parse_address(host);
  if (literal && !allows(*literal))
    return "an address that may not be reached";
  return std::nullopt;
}

}  // namespace carillon
