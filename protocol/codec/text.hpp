#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carillon::codec {

/// Appends `text`, which must be UTF-8, as a JSON string with its quotes. Only what must be escaped
/// is; everything outside ASCII stays as it is.
void append_json_string(std::string& out, std::string_view text);

/// The same, or `null` where `text` is empty.
void append_json_string_or_null(std::string& out, std::string_view text);

/// True for well-formed UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// The number of characters (code points) of UTF-8 text.
std::size_t code_points(std::string_view text);

/// `text`, or its beginning on a character's border with `mark` behind it where it is longer than
/// `bytes`; never more than `bytes` in all, unless the mark alone is.
std::string cut(std::string_view text, std::size_t bytes, std::string_view mark = "…");

/// Like `cut`, but counts characters.
std::string cut_characters(std::string_view text, std::size_t characters,
                           std::string_view mark = "…");

/// True if there is a control character (below U+0020, or U+007F) in it.
bool has_control(std::string_view text);

/// `text` without the spaces, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

}  // namespace carillon::codec
