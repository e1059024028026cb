#include "adapters/http/query_string.hpp"

#include "protocol/codec/hex.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <charconv>

namespace carillon::http {

namespace {

bool unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
         || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<std::string> url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? codec::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? codec::hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!codec::is_utf8(out))
    return std::nullopt;
  return out;
}

void append_url_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
}

query_string::query_string(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto member = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (member.empty())
      continue;
    const auto mark = member.find('=');
    auto name = url_decoded(member.substr(0, mark));
    auto value = url_decoded(mark == member.npos ? std::string_view{} : member.substr(mark + 1));
    if (!name)
      faults_.push_back({"", "the query string is not percent-encoded UTF-8"});
    else if (!value)
      blame(*name, "percent-encoded UTF-8");
    else
      members_.emplace_back(std::move(*name), std::move(*value));
  }
}

std::optional<std::string> query_string::text(std::string_view name) const {
  for (const auto& [key, value] : members_) {
    if (key == name)
      return value;
  }
  return std::nullopt;
}

std::optional<std::string> query_string::key(std::string_view name) {
  auto value = text(name);
  if (value && (value->empty() || value->size() > 128 || codec::has_control(*value))) {
    blame(name, "1 to 128 bytes without control characters");
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> query_string::number(std::string_view name, std::int64_t least,
                                                 std::int64_t most) {
  const auto value = text(name);
  if (!value)
    return std::nullopt;
  std::int64_t x = 0;
  const auto* end = value->data() + value->size();
  const auto [stop, ec] = std::from_chars(value->data(), end, x);
  if (ec == std::errc{} && stop == end && x >= least && x <= most)
    return x;
  blame(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> query_string::flag(std::string_view name) {
  return parsed(
    name,
    [](std::string_view x) {
      return x == "true" ? std::optional(true) : x == "false" ? std::optional(false) : std::nullopt;
    },
    "true or false");
}

std::optional<timestamp> query_string::time(std::string_view name) {
  return parsed(name, codec::parse_rfc3339, "an RFC 3339 time");
}

void query_string::blame(std::string_view name, std::string_view expected) {
  faults_.push_back({std::string{name}, "must be " + std::string{expected}});
}

std::optional<error> query_string::fault() const {
  if (faults_.empty())
    return std::nullopt;
  error why{errc::malformed, "the query string cannot be used", faults_, {}};
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const auto& [name, message] = faults_[i];
    why.detail += i == 0 ? ": " : "; ";
    why.detail += name.empty() ? message : name + " " + message;
  }
  return why;
}

}  // namespace carillon::http
