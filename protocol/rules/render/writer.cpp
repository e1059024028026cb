#include "protocol/rules/render/writer.hpp"

#include <algorithm>
#include <array>

namespace carillon::rules::render {

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#x27;";
    case '`':
      return "&#x60;";
    case '=':
      return "&#x3D;";
    default:
      return {};
  }
}

namespace {

/// Whether a character has an entity.
constexpr auto special = [] {
  std::array<bool, 256> out{};
  for (const unsigned char c : std::string_view{"&<>\"'`="})
    out[c] = true;
  return out;
}();

}  // namespace

void append_escaped(std::string& out, std::string_view text, std::size_t bound) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (out.size() <= bound) {
    const char* plain = at;
    while (plain != end && !special[static_cast<unsigned char>(*plain)])
      ++plain;
    out += std::string_view{at, plain};
    if (plain == end)
      return;
    out += entity_of(*plain);
    at = plain + 1;
  }
}

void writer::put_any(const value& x, bool escaped) {
  const auto before = out_.size();
  const bool indents = line_begins_ && !indent_.empty();
  if (indents)
    out_ += indent_;
  const auto from = out_.size();
  if (!escaped || (x.is != value::kind::text && x.is != value::kind::array)) {
    append_text(out_, x, bound_);
  } else if (x.is == value::kind::text) {
    append_escaped(out_, x.text(), bound_);
  } else {
    std::string plain;
    append_text(plain, x, bound_ - std::min(bound_, before));
    append_escaped(out_, plain, bound_);
  }
  if (out_.size() == from)
    out_.resize(before);  // an empty text begins no line
  else
    line_begins_ = false;
}

void writer::indented(std::string_view piece) {
  while (!piece.empty()) {
    if (line_begins_)
      out_ += indent_;
    const auto end = piece.find('\n');
    const auto line = piece.substr(0, end == std::string_view::npos ? end : end + 1);
    out_ += line;
    piece.remove_prefix(line.size());
    line_begins_ = line.ends_with('\n');
    if (full())
      return;
  }
}

}  // namespace carillon::rules::render
