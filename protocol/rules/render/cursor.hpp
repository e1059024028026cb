#pragma once

#include "protocol/rules/render/diagnosis.hpp"
#include "protocol/rules/render/spaces.hpp"

#include <cstddef>
#include <string_view>

namespace carillon::rules::render {

/// A place in a source that only moves on.
class cursor {
 public:
  explicit cursor(std::string_view source) : source_(source) {}

  bool done() const noexcept { return at_ >= source_.size(); }
  std::size_t offset() const noexcept { return at_; }
  std::string_view rest() const noexcept { return source_.substr(at_); }
  std::string_view since(std::size_t from) const noexcept {
    return source_.substr(from, at_ - from);
  }
  char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool looks_at(std::string_view text) const noexcept { return rest().starts_with(text); }

  void skip(std::size_t bytes) noexcept { at_ += bytes; }
  void skip_spaces() noexcept { at_ += leading_spaces(rest()); }

  /// Passes over the text if it stands here.
  bool take(std::string_view text) noexcept {
    if (!looks_at(text))
      return false;
    at_ += text.size();
    return true;
  }

  /// Line and column of where it stands.
  place here() noexcept {
    for (; counted_ < at_ && counted_ < source_.size(); ++counted_) {
      const auto c = static_cast<unsigned char>(source_[counted_]);
      if (c == '\n')
        place_ = {place_.line + 1, 1};
      else
        place_.column += (c & 0xC0) != 0x80;
    }
    return place_;
  }

  [[noreturn]] void fail(std::string message) { throw trouble{here(), std::move(message)}; }

 private:
  std::string_view source_;
  std::size_t at_{0};
  std::size_t counted_{0};
  place place_{};
};

}  // namespace carillon::rules::render
