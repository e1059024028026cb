// RFC 5322 messages with MIME: RFC 2045, 2046, 2047.

#include "adapters/channels/mime.hpp"

#include "adapters/channels/entities.hpp"
#include "adapters/channels/signature.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

namespace carillon::channels::mime {

namespace {

constexpr std::size_t line_max = 76;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c < 127; });
}

/// What would end a header's line and let a value begin another header.
bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos;
}

/// The longest beginning of `text` of at most `bytes` that ends between two characters.
std::string_view whole_characters(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
    --bytes;
  return text.substr(0, bytes);
}

/// Encoded words for `text`, the first of which begins at this column; a new line begins with the
/// space that belongs to the fold and vanishes when the words are decoded.
std::string encoded_words(std::string_view text, std::size_t column) {
  constexpr std::string_view begin = "=?UTF-8?B?";
  constexpr std::string_view end = "?=";
  std::string out;
  while (!text.empty()) {
    auto room = (line_max - std::min(line_max, column + begin.size() + end.size())) / 4 * 3;
    auto piece = whole_characters(text, std::max<std::size_t>(room, 6));
    out.append(out.empty() ? "" : "\r\n ").append(begin).append(base64(piece)).append(end);
    text.remove_prefix(piece.size());
    column = 1;
  }
  return out;
}

/// What may stand in a display name without quotes.
bool is_phrase(std::string_view text) {
  return std::ranges::all_of(
    text, [](unsigned char c) { return c == ' ' || c == '-' || c == '_' || std::isalnum(c) != 0; });
}

std::string in_quotes(std::string_view text) {
  std::string out{'"'};
  for (auto c : text) {
    if (c == '"' || c == '\\')
      out.push_back('\\');
    out.push_back(c);
  }
  return out.append("\"");
}

/// Every line ended by CR LF, also the last.
std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')
      continue;
    if (text[i] == '\n' || text[i] == '\r')
      out.append("\r\n");
    else
      out.push_back(text[i]);
  }
  if (!out.ends_with("\r\n"))
    out.append("\r\n");
  return out;
}

std::string quoted_printable(std::string_view lines) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  auto put = [&](std::string_view token) {
    if (column + token.size() > line_max - 1) {
      out.append("=\r\n");
      column = 0;
    }
    out.append(token);
    column += token.size();
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto c = static_cast<unsigned char>(lines[i]);
    if (c == '\r' && lines.substr(i).starts_with("\r\n")) {
      out.append("\r\n");
      column = 0;
      ++i;
      continue;
    }
    auto ends_line = lines.substr(i + 1).starts_with("\r\n");
    auto plain = (c > ' ' && c < 127 && c != '=') || ((c == ' ' || c == '\t') && !ends_line);
    const std::array escaped{'=', digits[c >> 4], digits[c & 15]};
    put(plain ? lines.substr(i, 1) : std::string_view{escaped.data(), escaped.size()});
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  auto all = base64(bytes);
  std::string out;
  for (std::string_view left = all; !left.empty();
       left.remove_prefix(std::min(left.size(), line_max)))
    out.append(left.substr(0, line_max)).append("\r\n");
  return out;
}

/// What stands between commas, each on a line of its own.
std::string folded_list(std::string text) {
  for (std::size_t at = 0; (at = text.find(", ", at)) != std::string::npos; at += 4)
    text.replace(at, 2, ",\r\n ");
  return text;
}

std::string date_text(timestamp at) {
  auto seconds_of = static_cast<std::time_t>(to_millis(at) / 1000);
  std::tm parts{};
  gmtime_r(&seconds_of, &parts);
  std::array<char, 64> out{};
  auto size = std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts);
  return {out.data(), size};
}

void append_body(std::string& out, const message& what) {
  if (what.html.empty()) {
    out.append(part("plain", what.text));
    return;
  }
  // "=_" stands in no quoted-printable and no base64 text, so the boundary in none of the parts.
  auto boundary = "=_" + what.id.substr(0, what.id.find('@'));
  out.append("Content-Type: multipart/alternative;\r\n boundary=\"").append(boundary);
  out.append("\"\r\n\r\n--").append(boundary).append("\r\n").append(part("plain", what.text));
  out.append("--").append(boundary).append("\r\n").append(part("html", what.html));
  out.append("--").append(boundary).append("--\r\n");
}

}  // namespace

std::string text_header(std::string_view name, std::string_view text) {
  auto out = std::string{name} + ": ";
  auto plain = is_printable(text) && text.find("=?") == std::string_view::npos
               && out.size() + text.size() <= line_max;
  return plain ? out.append(text) : out.append(encoded_words(text, out.size()));
}

std::string address_header(std::string_view name, const mail_address& who) {
  auto out = std::string{name} + ": ";
  if (who.name.empty())
    return out.append(who.address);
  auto plain = is_printable(who.name) && who.name.size() <= line_max / 2;
  if (plain && is_phrase(who.name))
    out.append(who.name);
  else
    out.append(plain ? in_quotes(who.name) : encoded_words(who.name, out.size()));
  auto column = out.size() - (out.rfind('\n') + 1);
  out.append(column + who.address.size() + 3 > line_max ? "\r\n " : " ");
  return out.append("<").append(who.address).append(">");
}

std::string html_of(std::string_view text) {
  std::string out = "<!DOCTYPE html>\n<html>\n<body>\n";
  bool open = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (!line.empty())
      out.append(open ? "<br>\n" : "<p>").append(with_entities(line));
    else if (open)
      out.append("</p>\n");
    open = !line.empty();
    begin = end + 1;
  }
  return out.append(open ? "</p>\n</body>\n</html>\n" : "</body>\n</html>\n");
}

std::string part(std::string_view subtype, std::string_view text) {
  auto lines = with_crlf(text);
  auto encoded = quoted_printable(lines);
  std::string_view encoding = "quoted-printable";
  if (encoded.size() > lines.size() * 3 / 2) {
    encoded = base64_lines(lines);
    encoding = "base64";
  }
  std::string out{"Content-Type: text/"};
  out.append(subtype).append("; charset=utf-8\r\nContent-Transfer-Encoding: ").append(encoding);
  return out.append("\r\n\r\n").append(encoded);
}

result<std::string> write(const message& what) {
  for (auto value : {&what.subject, &what.from.name, &what.to.name, &what.id, &what.unsubscribe})
    if (breaks_line(*value))
      return error{errc::invalid, "a line break in a header of the message"};
  std::string out;
  auto line = [&](std::string_view x) { out.append(x).append("\r\n"); };
  line("Date: " + date_text(what.date));
  line(address_header("From", what.from));
  line(address_header("To", what.to));
  line(text_header("Subject", what.subject));
  line("Message-ID: <" + what.id + ">");
  line("Auto-Submitted: auto-generated");
  if (!what.unsubscribe.empty()) {
    line("List-Unsubscribe: " + folded_list(what.unsubscribe));
    if (what.unsubscribe.find("<https://") != std::string::npos)
      line("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  }
  line("MIME-Version: 1.0");
  append_body(out, what);
  return out;
}

}  // namespace carillon::channels::mime
