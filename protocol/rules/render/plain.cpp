#include "protocol/rules/render/plain.hpp"

#include "protocol/rules/render/cursor.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules::render {

namespace {

bool is_name_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '-' || u >= 0x80;
}

/// The names of `a.b` before a `}`; none where that is not what stands there.
std::vector<std::string> names_before_brace(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto end = std::ranges::find_if_not(text, is_name_character);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length == 0 || length == text.size())
      return {};
    out.emplace_back(text.substr(0, length));
    const char next = text[length];
    if (next == '}')
      return out;
    if (next != '.')
      return {};
    text.remove_prefix(length + 1);
  }
}

void add_text(sequence& to, std::string_view text, place at) {
  if (text.empty())
    return;
  auto& x = to.body.emplace_back();
  x.at = at;
  x.text = text;
}

}  // namespace

sequence parse_plain(std::string_view source, template_syntax syntax) {
  const std::string_view mark = syntax == template_syntax::dollar ? "${" : "{";
  sequence out;
  cursor in{source};
  std::size_t text_from = 0;
  auto text_at = in.here();
  while (!in.done()) {
    in.skip(std::min(in.rest().find(mark), in.rest().size()));
    auto names =
      in.done() ? std::vector<std::string>{} : names_before_brace(in.rest().substr(mark.size()));
    if (names.empty()) {
      in.skip(in.done() ? 0 : mark.size());
      continue;
    }
    add_text(out, in.since(text_from), text_at);
    auto& x = out.body.emplace_back();
    x.is = node::kind::output;
    x.at = in.here();
    x.what.names = std::move(names);
    in.skip(in.rest().find('}') + 1);
    text_from = in.offset();
    text_at = in.here();
  }
  add_text(out, in.since(text_from), text_at);
  return out;
}

}  // namespace carillon::rules::render
