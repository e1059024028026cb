#include "adapters/channels/mail_address.hpp"

#include "protocol/codec/text.hpp"

#include <algorithm>
#include <cctype>

namespace carillon::channels {

namespace {

// RFC 5321 4.5.3.1, and 254 in all so that the path with its brackets has at most 256.
constexpr std::size_t local_max = 64;
constexpr std::size_t address_max = 254;

bool is_local_character(unsigned char c) {
  return c < 128
         && (std::isalnum(c)
             || std::string_view{"!#$%&'*+-/=?^_`{|}~."}.find(static_cast<char>(c))
                  != std::string_view::npos);
}

bool is_domain_character(unsigned char c) {
  return c < 128 && (std::isalnum(c) || c == '-' || c == '.');
}

bool has_empty_label(std::string_view text) {
  return text.starts_with('.') || text.ends_with('.') || text.find("..") != std::string_view::npos;
}

bool is_address(std::string_view text) {
  auto at = text.find('@');
  if (at == std::string_view::npos || text.size() > address_max)
    return false;
  auto local = text.substr(0, at);
  auto domain = text.substr(at + 1);
  return !local.empty() && local.size() <= local_max && !domain.empty() && !has_empty_label(local)
         && !has_empty_label(domain) && std::ranges::all_of(local, is_local_character)
         && std::ranges::all_of(domain, is_domain_character);
}

/// A display name without the quotes and backslashes that it may be written with.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"'))
    return std::string{text};
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size())
      ++i;
    out.push_back(text[i]);
  }
  return out;
}

}  // namespace

std::string_view mail_address::domain() const {
  return std::string_view{address}.substr(address.find('@') + 1);
}

std::optional<mail_address> parse_mail_address(std::string_view text) {
  if (codec::has_control(text))
    return std::nullopt;
  text = codec::trimmed(text);
  mail_address out;
  if (text.ends_with('>')) {
    auto open = text.rfind('<');
    if (open == std::string_view::npos)
      return std::nullopt;
    out.name = unquoted(codec::trimmed(text.substr(0, open)));
    text = text.substr(open + 1, text.size() - open - 2);
  }
  if (!is_address(text))
    return std::nullopt;
  out.address = text;
  return out;
}

}  // namespace carillon::channels
