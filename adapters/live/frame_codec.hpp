#pragma once

#include "protocol/connection.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace carillon::live {

/// A client's message or control frame, unmasked; the opcode of a message is that of its first
/// frame, and text is well-formed UTF-8.
struct client_frame {
  std::uint8_t opcode{0};
  std::string payload{};
};

/// Which rule a client broke, and the code its connection is closed with.
struct violation {
  close_code code{close_code::protocol_error};
  std::string_view why{};
};

/// Reads a client's side of a WebSocket (RFC 6455), however its bytes are cut. Messages are put
/// together from their fragments; control frames between them come out at once.
class frame_parser {
 public:
  enum class outcome : std::uint8_t { more, frame, broken };

  /// The longest message a client may send, in bytes.
  static constexpr std::size_t message_bound = 64 << 10;

  /// Binary messages break a rule unless they are wanted.
  explicit frame_parser(bool binary = false) noexcept : binary_(binary) {}

  /// Takes from the front of `bytes` until a message is complete (`take` has it), a rule is broken
  /// (`fault` has it; nothing is read any more), or nothing is left.
  outcome next(std::span<const char>& bytes);

  client_frame take() { return std::move(ready_); }
  const violation& fault() const noexcept { return fault_; }

  /// True between messages: nothing of a frame or a fragmented message is held.
  bool idle() const noexcept { return have_ == 0 && !in_message_; }

 private:
  std::size_t header_size() const noexcept;
  outcome open();
  outcome open_size();
  void unmask(std::span<const char> bytes);
  outcome complete();
  outcome complete_close();
  outcome refuse(close_code code, std::string_view why);

  std::uint8_t byte(std::size_t i) const noexcept { return static_cast<std::uint8_t>(head_[i]); }
  bool fin() const noexcept { return (byte(0) & 0x80U) != 0; }
  std::uint8_t opcode() const noexcept { return byte(0) & 0x0FU; }
  bool control() const noexcept { return (byte(0) & 0x08U) != 0; }

  std::array<char, 14> head_{};
  std::uint8_t have_ = 0;  ///< bytes of the header read
  bool in_payload_ = false;
  bool in_message_ = false;
  std::uint8_t message_opcode_ = 0;  ///< of the message's first frame
  const bool binary_;
  bool broken_ = false;
  std::uint32_t left_ = 0;  ///< bytes of the payload to come
  std::uint32_t done_ = 0;  ///< bytes of the payload read, for the mask
  std::string message_;
  std::string control_;
  client_frame ready_;
  violation fault_;
};

/// The frame that closes a connection; a reason past 123 bytes is cut.
std::string close_frame(close_code code, std::string_view reason);

}  // namespace carillon::live
