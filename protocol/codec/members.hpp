#pragma once

#include <string>
#include <string_view>

namespace carillon::codec {

/// `object`, the JSON text of an object as the reader of bodies keeps it, with one more text in it;
/// unchanged where it has a member of that name, or the text is empty.
std::string with_text_member(std::string object, std::string_view name, std::string_view text);

}  // namespace carillon::codec
