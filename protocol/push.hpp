#pragma once

#include "protocol/rules/seq_row.hpp"
#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace carillon {

/// The forms in which a live stream is spoken.
enum class frame_format : std::uint8_t {
  plain,     ///< WebSocket: a notification is the frame
  envelope,  ///< WebSocket: `{"event","data"}`
  sse,       ///< Server-Sent Events
  /// Socket.IO: WebSocket frames too; over polling what they carry is sent without them.
  socket_io,
};

inline constexpr std::size_t frame_format_count = 4;

/// Bytes ready for the wire, shared by everybody who gets them.
using frame_ptr = std::shared_ptr<const std::string>;

/// Notifications for one audience on their way to live connections together, in the order of `seq`.
/// Each form is built once, when first asked for, however many connections get it. Safe from any
/// thread.
class push {
 public:
  /// `released` is called when the last holder lets go: the push is on every queue it was meant
  /// for, or those are gone. The rows are one or more.
  explicit push(std::vector<rules::seq_row> rows, std::function<void()> released = {});
  ~push();
  push(const push&) = delete;
  push& operator=(const push&) = delete;

  const audience& to() const noexcept { return rows_.front().what->to; }
  std::span<const rules::seq_row> rows() const noexcept { return rows_; }
  /// The frames of all rows, one after the other.
  const frame_ptr& frames(frame_format format) const;

 private:
  std::vector<rules::seq_row> rows_;
  std::function<void()> released_;
  mutable std::array<std::once_flag, frame_format_count> built_;
  mutable std::array<frame_ptr, frame_format_count> frames_;
};

using push_ptr = std::shared_ptr<const push>;

}  // namespace carillon
