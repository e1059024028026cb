#pragma once

#include "protocol/rules/render/value.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace carillon::rules::render {

/// What handlebars writes in place of a character in HTML, `&amp;` for one; empty where it stays.
std::string_view entity_of(char c);

/// Appends a text escaped for HTML as handlebars does. Stops soon after `out` has `bound` bytes.
void append_escaped(std::string& out, std::string_view text, std::size_t bound);

/// Writes what a rendering makes, with the indentation of partials before each
/// of their lines.
class writer {
 public:
  /// Whatever is over `bound` bytes more than `out` has is not asked for any
  /// more.
  writer(std::string& out, std::size_t bound, bool html)
      : out_(out), bound_(out.size() + bound), html_(html) {}

  bool full() const noexcept { return out_.size() > bound_; }

  /// Writes a piece of the template.
  void text(std::string_view piece) {
    if (!indent_.empty())
      return indented(piece);
    out_ += piece;
    line_begins_ = piece.ends_with('\n');
  }

  /// Writes a value, escaped for HTML where that is written.
  void put(const value& x, bool escaped) {
    if (x.is != value::kind::text || !indent_.empty())
      return put_any(x, escaped && html_);
    if (escaped && html_)
      append_escaped(out_, x.text(), bound_);
    else
      out_ += x.text();
    line_begins_ = line_begins_ && x.size == 0;
  }

  /// Lines are indented by that much more from here on; what it was before.
  std::string indent_more(std::string_view by) {
    line_begins_ = line_begins_ || !by.empty();
    return std::exchange(indent_, indent_ + std::string{by});
  }
  void indent_again(std::string before) { indent_ = std::move(before); }

 private:
  /// Writes any value, also where lines are indented; escaped for HTML if asked.
  void put_any(const value& x, bool escaped);
  void indented(std::string_view piece);

  std::string& out_;
  std::size_t bound_;
  bool html_;
  std::string indent_;
  bool line_begins_{false};
};

}  // namespace carillon::rules::render
