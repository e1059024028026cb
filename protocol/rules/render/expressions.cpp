#include "protocol/rules/render/expressions.hpp"

#include <array>
#include <charconv>

namespace carillon::rules::render {

namespace {

/// What no bare name contains, beside white space.
constexpr std::string_view marks = "!\"#%&'()*+,./;<=>@[\\]^`{|}~";

std::size_t name_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] != '\0' && marks.find(text[n]) == std::string_view::npos
         && leading_space(text.substr(n)) == 0)
    ++n;
  return n;
}

/// Whether a literal may end here.
bool literal_ends(std::string_view rest) {
  return rest.empty() || leading_space(rest) > 0
         || std::string_view{"~})]"}.find(rest.front()) != std::string_view::npos;
}

/// The bytes of a number that stands here; 0 for none.
std::size_t number_length(std::string_view text) {
  const auto digits = [&](std::size_t from) {
    auto at = from;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
      ++at;
    return at - from;
  };
  std::size_t n = text.starts_with('-') ? 1 : 0;
  const auto whole = digits(n);
  if (whole == 0)
    return 0;
  n += whole;
  if (n < text.size() && text[n] == '.')
    if (const auto part = digits(n + 1))
      n += 1 + part;
  return literal_ends(text.substr(n)) ? n : 0;
}

bool read_literal(cursor& in, expression& to) {
  using kind = expression::kind;
  constexpr std::array words{std::pair{std::string_view{"true"}, kind::boolean},
                             std::pair{std::string_view{"false"}, kind::boolean},
                             std::pair{std::string_view{"null"}, kind::null},
                             std::pair{std::string_view{"undefined"}, kind::undefined}};
  for (const auto& [word, is] : words) {
    if (!in.looks_at(word) || !literal_ends(in.rest().substr(word.size())))
      continue;
    to.is = is;
    to.flag = word == "true";
    to.original = word;
    in.skip(word.size());
    return true;
  }
  const auto n = number_length(in.rest());
  if (n == 0)
    return false;
  to.is = kind::number;
  to.original = in.rest().substr(0, n);
  std::from_chars(to.original.data(), to.original.data() + n, to.number);
  in.skip(n);
  return true;
}

void read_quoted(cursor& in, expression& to) {
  const char quote = in.peek();
  in.skip(1);
  to.is = expression::kind::text;
  while (in.peek() != quote) {
    if (in.done())
      in.fail("a text has no closing quote");
    if (in.peek() == '\\' && in.peek(1) == quote)
      in.skip(1);
    to.text += in.peek();
    in.skip(1);
  }
  in.skip(1);
  to.original = to.text;
}

struct segment {
  std::string text{};
  bool literal{false};
};

void read_bracketed(cursor& in, std::string& to) {
  while (in.peek() != ']') {
    if (in.done())
      in.fail("a name has no closing ]");
    if (in.peek() == '\\' && in.peek(1) == ']')
      in.skip(1);
    to += in.peek();
    in.skip(1);
  }
  in.skip(1);
}

segment read_segment(cursor& in) {
  segment out;
  out.literal = in.take("[");
  if (out.literal) {
    read_bracketed(in, out.text);
    return out;
  }
  auto n = name_length(in.rest());
  if (n == 0)
    n = in.looks_at("..") ? 2 : in.looks_at(".") ? 1 : 0;
  if (n == 0)
    in.fail(in.done() ? "the tag is not closed" : "a name is expected here");
  out.text = in.rest().substr(0, n);
  in.skip(n);
  return out;
}

void add_segment(cursor& in, expression& to, const segment& part) {
  if (part.literal || (part.text != ".." && part.text != "." && part.text != "this")) {
    to.names.push_back(part.text);
    return;
  }
  if (!to.names.empty())
    in.fail("`" + part.text + "` cannot stand behind a name");
  to.scoped = true;
  to.up += part.text == "..";
}

void read_path(cursor& in, expression& to) {
  to.is = expression::kind::path;
  to.data = in.take("@");
  if (to.data)
    to.original = "@";
  for (;;) {
    const auto part = read_segment(in);
    to.original += part.text;
    add_segment(in, to, part);
    const char next = in.peek();
    if (next != '/' && (next != '.' || in.peek(1) == '.'))
      return;
    to.original += next;
    in.skip(1);
  }
}

/// Whether `name=` stands here.
bool named_argument(cursor& in) {
  const auto text = in.rest();
  auto n =
    text.starts_with('[') ? std::min(text.find(']'), text.size() - 1) + 1 : name_length(text);
  if (n == 0)
    return false;
  n += leading_spaces(text.substr(n));
  return n < text.size() && text[n] == '=';
}

bool ends_here(cursor& in) {
  const char c = in.peek();
  return in.done() || c == '}' || c == '~' || c == ')';
}

bool block_parameters_here(const cursor& in) {
  if (!in.looks_at("as"))
    return false;
  const auto rest = in.rest().substr(2);
  const auto n = leading_spaces(rest);
  return n > 0 && rest.substr(n).starts_with('|');
}

}  // namespace

expression read_operand(cursor& in, std::size_t depth) {
  expression out;
  out.at = in.here();
  if (in.peek() == '(') {
    if (depth >= max_depth)
      in.fail("parentheses are nested more than 32 deep");
    in.skip(1);
    in.skip_spaces();
    out = read_call(in, depth + 1);
    if (!in.take(")"))
      in.fail("a closing ) is missing");
    out.is = expression::kind::call;
    return out;
  }
  if (in.peek() == '"' || in.peek() == '\'')
    read_quoted(in, out);
  else if (!read_literal(in, out))
    read_path(in, out);
  return out;
}

expression read_call(cursor& in, std::size_t depth) {
  in.skip_spaces();
  auto out = read_operand(in, depth);
  if (out.is != expression::kind::call) {
    out.text = out.original;
    out.first = true;
  }
  in.skip_spaces();
  while (!ends_here(in) && !block_parameters_here(in)) {
    if (named_argument(in)) {
      auto name = read_segment(in).text;
      in.skip_spaces();
      in.skip(1);
      in.skip_spaces();
      out.named.emplace_back(std::move(name), read_operand(in, depth));
    } else if (out.named.empty()) {
      out.arguments.push_back(read_operand(in, depth));
    } else {
      in.fail("named arguments come last");
    }
    in.skip_spaces();
  }
  return out;
}

std::vector<std::string> read_block_parameters(cursor& in) {
  std::vector<std::string> out;
  if (!block_parameters_here(in))
    return out;
  in.skip(2);
  in.skip_spaces();
  in.skip(1);
  in.skip_spaces();
  while (!in.take("|")) {
    const auto n = name_length(in.rest());
    if (n == 0)
      in.fail("a name is expected between | and |");
    out.emplace_back(in.rest().substr(0, n));
    in.skip(n);
    in.skip_spaces();
  }
  in.skip_spaces();
  return out;
}

}  // namespace carillon::rules::render
