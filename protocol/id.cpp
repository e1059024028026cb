#include "protocol/id.hpp"

#include "protocol/codec/hex.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace carillon {

namespace {

constexpr std::size_t text_size = 36;
constexpr std::uint16_t sequence_limit = 0x1000;  // the 12 bits of rand_a count

constexpr bool is_dash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

void append_uuid(std::string& out, const uuid& x) {
  constexpr char digits[] = "0123456789abcdef";
  char text[text_size];
  std::size_t at = 0;
  for (auto byte : x.bytes) {
    if (is_dash(at))
      text[at++] = '-';
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 15];
  }
  out.append(text, text_size);
}

/// Eight bytes nobody can guess; the kernel is asked for 32 ids' worth at a time.
void fill_random(std::uint8_t* to) {
  struct pool {
    std::array<std::uint8_t, 256> bytes;
    std::size_t used = sizeof bytes;
  };
  thread_local pool mine;
  if (mine.used == mine.bytes.size()) {
    if (getentropy(mine.bytes.data(), mine.bytes.size()) != 0)
      throw std::system_error(errno, std::generic_category(), "getentropy");
    mine.used = 0;
  }
  std::copy_n(mine.bytes.data() + mine.used, 8, to);
  mine.used += 8;
}

}  // namespace

std::string to_string(const uuid& x) {
  std::string out;
  append_uuid(out, x);
  return out;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  if (text.size() != text_size)
    return {};
  uuid x;
  std::size_t at = 0;
  for (auto& byte : x.bytes) {
    if (is_dash(at) && text[at++] != '-')
      return {};
    const int high = codec::hex_value(text[at++]);
    const int low = codec::hex_value(text[at++]);
    if (high < 0 || low < 0)
      return {};
    byte = static_cast<std::uint8_t>(high << 4 | low);
  }
  return x;
}

uuid uuid_source::next(timestamp now) {
  uuid x;
  fill_random(x.bytes.data() + 8);
  std::uint64_t millis;
  std::uint16_t sequence;
  {
    const std::lock_guard lock{mutex_};
    const auto asked = static_cast<std::uint64_t>(std::max<std::int64_t>(to_millis(now), 0));
    if (asked > last_millis_) {
      last_millis_ = asked;
      sequence_ = 0;
    } else if (++sequence_ == sequence_limit) {
      ++last_millis_;
      sequence_ = 0;
    }
    millis = last_millis_;
    sequence = sequence_;
  }
  for (int i = 0; i < 6; ++i)
    x.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  x.bytes[6] = static_cast<std::uint8_t>(0x70 | sequence >> 8);
  x.bytes[7] = static_cast<std::uint8_t>(sequence);
  x.bytes[8] = static_cast<std::uint8_t>(0x80 | (x.bytes[8] & 0x3f));
  return x;
}

std::string_view prefix_of(id_kind kind) {
  switch (kind) {
    case id_kind::notification:
      return "notif-";
    case id_kind::event:
      return "evt-";
    case id_kind::delivery:
      return "dlv-";
    case id_kind::batch:
      return "batch-";
    case id_kind::template_:
      return "tpl-";
    case id_kind::audit:
      return "audit-";
  }
  return {};
}

std::string to_text(id_kind kind, const uuid& x) {
  const auto prefix = prefix_of(kind);
  std::string out;
  out.reserve(prefix.size() + text_size);
  out += prefix;
  append_uuid(out, x);
  return out;
}

std::optional<uuid> parse_text(id_kind kind, std::string_view text) {
  const auto prefix = prefix_of(kind);
  if (!text.starts_with(prefix))
    return {};
  return parse_uuid(text.substr(prefix.size()));
}

}  // namespace carillon
