#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace carillon::channels {

/// What is shorter is found where it means nothing, and is no secret worth the name.
inline constexpr std::size_t shortest_secret = 6;

/// Whether a parameter, a member or a header of that name has a secret for its value: a token, a
/// key, a password, a signature.
bool names_a_secret(std::string_view name);

/// A text with `***` in place of each of these secrets, which are ordered the longest first, also
/// of one that the text's end cuts off; and in place of what has the shape of a secret: the value
/// of anything whose name says so (`access_token=…`, `"password":"…"`, `Authorization: …`), what
/// follows `Bearer` or `Basic`, and Telegram's `/bot…/`.
std::string redact(std::string text, std::span<const std::string> secrets);

}  // namespace carillon::channels
