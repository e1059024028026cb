#include "adapters/live/frame_codec.hpp"

#include "protocol/codec/frames.hpp"
#include "protocol/codec/text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace carillon::live {
namespace {

constexpr std::size_t control_bound = 125;

/// RFC 6455 section 7.4 and the registry: what an endpoint may put into a close frame.
bool may_be_sent(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
         || (code >= 3000 && code <= 4999);
}

/// Big-endian.
std::uint64_t number(const char* from, std::size_t size) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < size; ++i)
    n = n << 8U | static_cast<std::uint8_t>(from[i]);
  return n;
}

}  // namespace

frame_parser::outcome frame_parser::next(std::span<const char>& bytes) {
  if (broken_)
    return outcome::broken;
  for (;;) {
    while (!in_payload_) {
      if (bytes.empty())
        return outcome::more;
      head_[have_++] = bytes.front();
      bytes = bytes.subspan(1);
      const auto verdict = have_ == 2               ? open()
                           : have_ == header_size() ? open_size()
                                                    : outcome::more;
      if (verdict != outcome::more)
        return verdict;
    }
    const auto part = bytes.first(std::min<std::size_t>(left_, bytes.size()));
    unmask(part);
    bytes = bytes.subspan(part.size());
    if (left_ > 0)
      return outcome::more;
    if (const auto verdict = complete(); verdict != outcome::more)
      return verdict;
  }
}

std::size_t frame_parser::header_size() const noexcept {
  if (have_ < 2)
    return 2;
  const auto size = byte(1) & 0x7FU;
  return 2 + (size == 127 ? 8 : size == 126 ? 2 : 0) + 4;
}

/// Judges the first two bytes of a frame.
frame_parser::outcome frame_parser::open() {
  if ((byte(0) & 0x70U) != 0)
    return refuse(close_code::protocol_error, "a reserved bit is set");
  if ((byte(1) & 0x80U) == 0)
    return refuse(close_code::protocol_error, "the frame is not masked");
  if (control()) {
    if (opcode() > codec::opcode_pong)
      return refuse(close_code::protocol_error, "an unknown opcode");
    if (!fin())
      return refuse(close_code::protocol_error, "a fragmented control frame");
    if ((byte(1) & 0x7FU) > control_bound)
      return refuse(close_code::protocol_error, "a control frame over 125 bytes");
    return outcome::more;
  }
  if (opcode() > codec::opcode_binary)
    return refuse(close_code::protocol_error, "an unknown opcode");
  if (in_message_ != (opcode() == codec::opcode_continuation))
    return refuse(close_code::protocol_error,
                  in_message_ ? "a message inside another" : "a continuation of nothing");
  if (opcode() == codec::opcode_binary && !binary_)
    return refuse(close_code::unsupported_data, "binary messages are not understood");
  return outcome::more;
}

/// Judges the whole header.
frame_parser::outcome frame_parser::open_size() {
  const auto mask_at = header_size() - 4;
  auto size = std::uint64_t{byte(1) & 0x7FU};
  if (mask_at > 2) {
    const auto shortest = size == 126 ? std::uint64_t{126} : std::uint64_t{1} << 16U;
    size = number(head_.data() + 2, mask_at - 2);
    if (size < shortest || size >> 63U != 0)
      return refuse(close_code::protocol_error, "a length in the wrong form");
  }
  if (size + (control() ? 0 : message_.size()) > message_bound)
    return refuse(close_code::message_too_big, "a message over 64 KiB");
  left_ = static_cast<std::uint32_t>(size);
  done_ = 0;
  in_payload_ = true;
  if (!control() && !std::exchange(in_message_, true))
    message_opcode_ = opcode();
  return outcome::more;
}

void frame_parser::unmask(std::span<const char> bytes) {
  auto& into = control() ? control_ : message_;
  const auto start = into.size();
  into.append(bytes.data(), bytes.size());
  std::array<char, 8> mask;
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = head_[header_size() - 4 + (done_ + i) % 4];
  std::uint64_t wide;
  std::memcpy(&wide, mask.data(), sizeof wide);
  auto* at = into.data() + start;
  auto rest = bytes.size();
  for (; rest >= sizeof wide; rest -= sizeof wide, at += sizeof wide) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= wide;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < rest; ++i)
    at[i] = static_cast<char>(at[i] ^ mask[i]);
  left_ -= static_cast<std::uint32_t>(bytes.size());
  done_ += static_cast<std::uint32_t>(bytes.size());
}

/// A frame is whole: a control frame or the last of a message comes out.
frame_parser::outcome frame_parser::complete() {
  in_payload_ = false;
  have_ = 0;
  if (control()) {
    if (opcode() == codec::opcode_close)
      return complete_close();
    ready_ = {opcode(), std::exchange(control_, {})};
    return outcome::frame;
  }
  if (!fin())
    return outcome::more;
  in_message_ = false;
  ready_ = {message_opcode_, std::exchange(message_, {})};
  if (message_opcode_ == codec::opcode_text && !codec::is_utf8(ready_.payload))
    return refuse(close_code::invalid_payload, "text that is not UTF-8");
  return outcome::frame;
}

frame_parser::outcome frame_parser::complete_close() {
  ready_ = {codec::opcode_close, std::exchange(control_, {})};
  const auto& payload = ready_.payload;
  if (payload.empty())
    return outcome::frame;
  if (payload.size() == 1)
    return refuse(close_code::protocol_error, "half a close code");
  if (!may_be_sent(static_cast<unsigned>(number(payload.data(), 2))))
    return refuse(close_code::protocol_error, "a close code that may not be sent");
  if (!codec::is_utf8(std::string_view{payload}.substr(2)))
    return refuse(close_code::invalid_payload, "a close reason that is not UTF-8");
  return outcome::frame;
}

frame_parser::outcome frame_parser::refuse(close_code code, std::string_view why) {
  broken_ = true;
  fault_ = {code, why};
  return outcome::broken;
}

std::string close_frame(close_code code, std::string_view reason) {
  const auto number = static_cast<unsigned>(code);
  std::string payload{static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
  payload += codec::cut(reason, control_bound - payload.size());
  return codec::websocket_frame(codec::opcode_close, payload);
}

}  // namespace carillon::live
