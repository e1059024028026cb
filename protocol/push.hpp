#pragma once

#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace carillon {

/// The forms in which a live stream is spoken.
enum class frame_format : std::uint8_t { plain, envelope };

inline constexpr std::size_t frame_format_count = 2;

/// Bytes ready for the wire, shared by everybody who gets them.
using frame_ptr = std::shared_ptr<const std::string>;

/// One notification on its way to live connections. Each form is built once, when first asked for,
/// however many connections get it. Safe from any thread.
class push {
 public:
  /// `released` is called when the last holder lets go: the push is on every queue it was meant
  /// for, or those are gone. `committed` is the epoch for a replayed row, whose way is not measured.
  push(notification_ptr what, steady_time committed, std::function<void()> released = {});
  ~push();
  push(const push&) = delete;
  push& operator=(const push&) = delete;

  const notification& what() const noexcept { return *what_; }
  /// The row itself, for whoever must keep it without holding up the push.
  const notification_ptr& row() const noexcept { return what_; }
  steady_time committed() const noexcept { return committed_; }
  const frame_ptr& frame(frame_format format) const;

 private:
  notification_ptr what_;
  steady_time committed_;
  std::function<void()> released_;
  mutable std::array<std::once_flag, frame_format_count> built_;
  mutable std::array<frame_ptr, frame_format_count> frames_;
};

using push_ptr = std::shared_ptr<const push>;

}  // namespace carillon
