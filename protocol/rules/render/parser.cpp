#include "protocol/rules/render/cursor.hpp"
#include "protocol/rules/render/expressions.hpp"
#include "protocol/rules/render/tree.hpp"

#include <utility>

namespace carillon::rules::render {

namespace {

/// What ended a sequence of nodes.
struct terminator {
  enum class kind : std::uint8_t { end, close, otherwise, otherwise_block };

  kind is{kind::end};
  place at{};
  strip_flags strip{};
  /// What is closed, or asked of in `{{else x}}`.
  expression what{};
  std::vector<std::string> parameters{};
};

class parser {
 public:
  explicit parser(std::string_view source) : in_(source) {}

  sequence parse() {
    sequence out;
    const auto end = read_sequence(out, 0);
    if (end.is == terminator::kind::close)
      throw trouble{end.at, "{{/" + end.what.original + "}} closes no block"};
    if (end.is != terminator::kind::end)
      throw trouble{end.at, "{{else}} stands in no block"};
    return out;
  }

 private:
  terminator read_sequence(sequence& to, std::size_t depth) {
    while (!in_.done()) {
      if (read_content(to))
        continue;
      if (auto end = read_tag(to, depth))
        return std::move(*end);
    }
    return {terminator::kind::end, in_.here(), {}, {}, {}};
  }

  void add_content(sequence& to, std::string_view text) {
    if (text.empty())
      return;
    node x;
    x.at = in_.here();
    x.text = x.original = text;
    to.body.push_back(std::move(x));
  }

  /// Reads what stands before a tag; false where a tag stands here.
  bool read_content(sequence& to) {
    const auto rest = in_.rest();
    const auto length = std::min(rest.find("{{"), rest.size());
    auto text = rest.substr(0, length);
    if (length == rest.size()) {
      add_content(to, text);
      in_.skip(length);
      return true;
    }
    if (text.ends_with("\\\\")) {  // a backslash, and then the tag
      add_content(to, text.substr(0, length - 1));
    } else if (text.ends_with('\\')) {  // no tag at all
      add_content(to, text.substr(0, length - 1));
      in_.skip(length);
      read_escaped(to);
      return true;
    } else {
      add_content(to, text);
    }
    in_.skip(length);
    return false;
  }

  /// `\{{x}}` is text up to the next tag.
  void read_escaped(sequence& to) {
    const auto rest = in_.rest();
    auto length = std::min(rest.find("{{", 2), rest.size());
    if (length < rest.size())
      for (int i = 0; i < 2 && length > 2 && rest[length - 1] == '\\'; ++i)
        --length;
    add_content(to, rest.substr(0, length));
    in_.skip(length);
  }

  std::optional<terminator> read_tag(sequence& to, std::size_t depth) {
    node x;
    x.at = in_.here();
    if (in_.looks_at("{{{{"))
      in_.fail("raw blocks are not supported");
    in_.skip(2);
    x.strip.open = in_.take("~");
    if (in_.peek() == '!') {
      read_comment(x);
      to.body.push_back(std::move(x));
      return {};
    }
    switch (in_.peek()) {
      case '#':
        in_.skip(1);
        read_block(x, depth, false);
        break;
      case '>':
        in_.skip(1);
        read_partial(x, depth);
        break;
      case '/':
        in_.skip(1);
        return read_terminator(x, terminator::kind::close, depth);
      case '^':
        in_.skip(1);
        if (only_close_follows())
          return read_terminator(x, terminator::kind::otherwise, depth);
        read_block(x, depth, true);
        break;
      default:
        if (auto end = read_else(x, depth))
          return end;
        read_output(x, depth);
    }
    to.body.push_back(std::move(x));
    return {};
  }

  bool only_close_follows() {
    const auto rest = in_.rest();
    const auto text = rest.substr(leading_spaces(rest));
    return text.starts_with("}}") || text.starts_with("~}}");
  }

  std::optional<terminator> read_else(node& x, std::size_t depth) {
    const auto rest = in_.rest();
    const auto spaces = leading_spaces(rest);
    const auto word = rest.substr(spaces);
    if (!word.starts_with("else") || (word.size() > 4 && is_word(word[4])))
      return {};
    in_.skip(spaces + 4);
    return read_terminator(
      x, only_close_follows() ? terminator::kind::otherwise : terminator::kind::otherwise_block,
      depth);
  }

  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  terminator read_terminator(const node& x, terminator::kind is, std::size_t depth) {
    terminator out{is, x.at, x.strip, {}, {}};
    in_.skip_spaces();
    if (is == terminator::kind::close)
      out.what = read_operand(in_, depth);
    if (is == terminator::kind::otherwise_block) {
      out.what = read_call(in_, depth);
      out.parameters = read_block_parameters(in_);
    }
    out.strip.close = close_tag(is == terminator::kind::otherwise);
    return out;
  }

  /// Passes over `}}`; whether it strips. A third brace is a mistake, but for
  /// `{{else}}`.
  bool close_tag(bool otherwise = false) {
    in_.skip_spaces();
    const bool strip = in_.take("~");
    if ((!strip && !otherwise && in_.looks_at("}}}")) || !in_.take("}}"))
      in_.fail(in_.done() ? "the tag is not closed" : "}} is expected here");
    return strip;
  }

  void read_comment(node& x) {
    x.is = node::kind::comment;
    const bool dashed = in_.looks_at("!--");
    auto rest = in_.rest();
    std::size_t end = rest.find(dashed ? "--" : "}}", dashed ? 1 : 0);
    while (dashed && end != std::string_view::npos && !rest.substr(end + 2).starts_with("}}")
           && !rest.substr(end + 2).starts_with("~}}"))
      end = rest.find("--", end + 1);
    if (end == std::string_view::npos)
      throw trouble{x.at, "the comment is not closed"};
    if (dashed)
      end += rest[end + 2] == '~' ? 3 : 2;
    x.strip.close = end > 0 && rest[end - 1] == '~';
    in_.skip(end + 2);
  }

  void read_partial(node& x, std::size_t depth) {
    x.is = node::kind::partial;
    if (in_.peek() == '*')
      in_.fail("decorators are not supported");
    x.what = read_call(in_, depth);
    x.strip.close = close_tag();
  }

  void read_output(node& x, std::size_t depth) {
    x.is = node::kind::output;
    if (in_.peek() == '*')
      in_.fail("decorators are not supported");
    const bool triple = in_.take("{");
    x.escaped = !triple && !in_.take("&");
    x.what = read_call(in_, depth);
    if (triple && !in_.take("}"))
      in_.fail("}}} is expected here");
    x.strip.close = close_tag();
  }

  void read_block(node& x, std::size_t depth, bool inverted) {
    if (in_.peek() == '>' || in_.peek() == '*')
      in_.fail("partial blocks and decorators are not supported");
    x.is = node::kind::block;
    x.what = read_call(in_, depth);
    x.parameters = read_block_parameters(in_);
    x.strip.close = close_tag();
    const auto end = read_parts(x, depth);
    if (end.is != terminator::kind::close)
      throw trouble{x.at, "the block " + x.what.original + " is not closed"};
    if (end.what.original != x.what.original)
      throw trouble{end.at, "{{/" + end.what.original + "}} does not close " + x.what.original};
    if (x.inverse && x.inverse->chained)
      x.inverse->body.front().close_strip = end.strip;
    x.close_strip = end.strip;
    if (inverted)
      std::swap(x.main, x.inverse);
  }

  /// Reads a block's parts up to what closes it. In a chain each `{{else x}}`
  /// closes the one before.
  terminator read_parts(node& x, std::size_t depth) {
    if (depth >= max_depth)
      throw trouble{x.at, "blocks are nested more than 32 deep"};
    x.main.emplace();
    auto end = read_sequence(*x.main, depth + 1);
    if (end.is == terminator::kind::otherwise) {
      x.inverse_strip = end.strip;
      x.inverse.emplace();
      end = read_sequence(*x.inverse, depth + 1);
      if (end.is == terminator::kind::otherwise || end.is == terminator::kind::otherwise_block)
        throw trouble{end.at, "a block has one {{else}} at the end"};
      x.close_strip = x.inverse_strip;
    } else if (end.is == terminator::kind::otherwise_block) {
      x.inverse_strip = end.strip;
      x.inverse.emplace().chained = true;
      auto& next = x.inverse->body.emplace_back();
      next.is = node::kind::block;
      next.at = end.at;
      next.what = std::move(end.what);
      next.parameters = std::move(end.parameters);
      next.strip = end.strip;
      end = read_parts(next, depth + 1);
      if (next.inverse && next.inverse->chained)
        next.inverse->body.front().close_strip = next.inverse_strip;
      x.close_strip = x.inverse_strip;
    }
    return end;
  }

  cursor in_;
};

}  // namespace

sequence parse_handlebars(std::string_view source) {
  return parser{source}.parse();
}

}  // namespace carillon::rules::render
