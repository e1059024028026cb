#include "adapters/channels/redaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace carillon::channels {

namespace {

constexpr std::string_view stars = "***";
constexpr std::string_view cut_mark = "…";

/// So long a run of characters is no word of a language.
constexpr std::size_t longest_word = 20;

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' '
         || std::string_view{"\"'`\\&,;<>(){}[]"}.find(c) != std::string_view::npos;
}

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '\\';
}

/// The run of characters from `begin` that may be a value.
std::string_view value_at(std::string_view text, std::size_t begin) {
  const auto rest = text.substr(std::min(begin, text.size()));
  return rest.substr(
    0, static_cast<std::size_t>(std::ranges::find_if(rest, ends_value) - rest.begin()));
}

/// A word of a sentence has no digits and an end.
bool is_no_word(std::string_view value) {
  return value.size() >= longest_word
         || std::ranges::any_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t past(std::string_view text, std::size_t at, bool (*what)(char)) {
  while (at < text.size() && what(text[at]))
    ++at;
  return at;
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// The name that ends before `end`, quotes and spaces between passed over.
std::string_view name_before(std::string_view text, std::size_t end) {
  while (end > 0 && (is_space(text[end - 1]) || is_quote(text[end - 1])))
    --end;
  auto begin = end;
  while (begin > 0 && is_name(text[begin - 1]))
    --begin;
  return text.substr(begin, end - begin);
}

/// A name without what divides its words, in lower case.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-')
      out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return out;
}

/// No word after a scheme is as long, unless it is meant.
constexpr std::size_t shortest_credential = 8;

/// Where the value of `Scheme value` begins; `begin` itself where no secret follows a first word.
std::size_t past_scheme(std::string_view text, std::size_t begin) {
  const auto end = past(text, begin, is_name);
  const auto next = past(text, end, is_space);
  const auto value = value_at(text, next);
  return next > end && value.size() >= shortest_credential ? next : begin;
}

/// Where the secret begins that the `=` or `:` at `middle` gives a name to; npos where it gives
/// none.
std::size_t named_at(std::string_view text, std::size_t middle) {
  const auto name = name_before(text, middle);
  if (name.empty() || !names_a_secret(name))
    return std::string_view::npos;
  const auto open = past(text, middle + 1, is_space);
  auto begin = past(text, open, is_quote);
  const bool told = text[middle] == '=' || begin > open;
  if (plain_name(name).ends_with("authorization"))
    begin = past_scheme(text, begin);
  const auto value = value_at(text, begin);
  return value.size() >= shortest_secret && (told || is_no_word(value)) ? begin
                                                                        : std::string_view::npos;
}

void redact_named(std::string& text) {
  for (std::size_t at = 0; (at = text.find_first_of("=:", at)) != std::string::npos; ++at)
    if (const auto begin = named_at(text, at); begin != std::string_view::npos)
      text.replace(begin, value_at(text, begin).size(), stars);
}

/// What follows a word whose first letter may be written either way.
void redact_after(std::string& text, std::string_view rest_of_word) {
  for (std::size_t at = 0; (at = text.find(rest_of_word, at)) != std::string::npos;) {
    at += rest_of_word.size();
    if (const auto value = value_at(text, at);
        value.size() >= shortest_credential && is_no_word(value))
      text.replace(at, value.size(), stars);
  }
}

void redact_bots(std::string& text) {
  constexpr std::string_view mark = "/bot";
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
    at += mark.size();
    auto value = value_at(text, at);
    value = value.substr(0, value.find('/'));
    if (value.find_first_of(":%") != std::string_view::npos && is_no_word(value))
      text.replace(at, value.size(), stars);
  }
}

/// The beginning of a secret that a cut left at the text's end.
void redact_cut(std::string& text, std::string_view secret) {
  if (!text.ends_with(cut_mark))
    return;
  const auto end = text.size() - cut_mark.size();
  for (auto size = std::min(secret.size() - 1, end); size >= shortest_secret; --size)
    if (std::string_view{text}.substr(end - size, size) == secret.substr(0, size)) {
      text.replace(end - size, size, stars);
      return;
    }
}

}  // namespace

bool names_a_secret(std::string_view name) {
  constexpr auto ends = std::to_array<std::string_view>(
    {"token", "secret", "password", "passwd", "signature", "authorization"});
  constexpr auto names =
    std::to_array<std::string_view>({"key", "sig", "sign", "pwd", "pass", "apikey", "accesskey",
                                     "authkey", "secretkey", "privatekey", "masterkey"});
  const auto plain = plain_name(name);
  return std::ranges::any_of(ends, [&](auto x) { return plain.ends_with(x); })
         || std::ranges::find(names, plain) != names.end();
}

std::string redact(std::string text, std::span<const std::string> secrets) {
  for (const auto& secret : secrets) {
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += stars.size())
      text.replace(at, secret.size(), stars);
    redact_cut(text, secret);
  }
  redact_named(text);
  for (const std::string_view word : {"earer ", "EARER ", "asic ", "ASIC "})
    redact_after(text, word);
  redact_bots(text);
  return text;
}

}  // namespace carillon::channels
