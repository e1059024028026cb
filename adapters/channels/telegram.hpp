#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::channels::telegram {

/// How a text is marked up: not at all, or as the message says (`parse_mode`).
enum class markup : std::uint8_t { none, html, markdown_v2 };

/// One `sendMessage`.
struct message {
  /// A number, or `@name` of a channel or group.
  std::string chat_id{};
  /// The first so many bytes are the title, shown bold by an entity; only without a markup.
  std::size_t bold{0};
  std::string text{};
  markup parse_mode{markup::none};
  /// A forum topic. The general one, 1, must not be named and is not.
  std::int64_t thread_id{0};
  bool silent{false};
};

/// The JSON to post; a numeric chat id goes as a number of 64 bits.
std::string body(const message& what);

/// Text that a markup shows as it is.
std::string escaped(std::string_view text, markup as);

/// True for what can be a chat: a whole number of 64 bits or `@name`.
bool is_chat(std::string_view text);

}  // namespace carillon::channels::telegram
