#pragma once

#include "adapters/live/frame_codec.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>

namespace carillon::live {

/// A client's side of a WebSocket between its socket and whoever follows it: what cannot be
/// followed yet is kept, and nothing is held between messages.
class frame_intake {
 public:
  /// `leftover` came behind the request. Where `binary` is false, binary messages break a rule.
  explicit frame_intake(std::string leftover, bool binary = false) : binary_(binary) {
    if (!leftover.empty())
      unread_ = std::make_unique<std::string>(std::move(leftover));
  }

  /// Gives `receive` each frame of what was kept and of `bytes`, or `refuse` the rule that was
  /// broken, while `hears()`. What is left then is kept where `keeps()`.
  template <class Hears, class Keeps, class Receive, class Refuse>
  void feed(std::span<const char> bytes, const Hears& hears, const Keeps& keeps,
            const Receive& receive, const Refuse& refuse) {
    const auto before = std::exchange(unread_, nullptr);
    if (before) {
      before->append(bytes.data(), bytes.size());
      bytes = *before;
    }
    while (!bytes.empty() && hears()) {
      if (!parser_)
        parser_ = std::make_unique<frame_parser>(binary_);
      const auto outcome = parser_->next(bytes);
      if (outcome == frame_parser::outcome::frame)
        receive(parser_->take());
      else if (outcome == frame_parser::outcome::broken)
        refuse(parser_->fault());
    }
    if (parser_ && parser_->idle())
      parser_.reset();
    if (!bytes.empty() && keeps())
      unread_ = std::make_unique<std::string>(bytes.begin(), bytes.end());
  }

 private:
  std::unique_ptr<frame_parser> parser_;  ///< while there is part of a message
  std::unique_ptr<std::string> unread_;   ///< bytes taken and not followed yet
  const bool binary_;
};

}  // namespace carillon::live
