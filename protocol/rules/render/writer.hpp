#pragma once

#include "protocol/rules/render/value.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace carillon::rules::render {

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
  void put(const value& x, bool escaped);

  /// Lines are indented by that much more from here on; what it was before.
  std::string indent_more(std::string_view by) {
    line_begins_ = line_begins_ || !by.empty();
    return std::exchange(indent_, indent_ + std::string{by});
  }
  void indent_again(std::string before) { indent_ = std::move(before); }

 private:
  void indented(std::string_view piece);

  std::string& out_;
  std::size_t bound_;
  bool html_;
  std::string indent_;
  bool line_begins_{false};
};

}  // namespace carillon::rules::render
