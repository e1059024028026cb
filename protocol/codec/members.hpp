#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// `object`, the JSON text of an object as the reader of bodies keeps it, with one more text in it;
/// unchanged where it has a member of that name, or the text is empty.
std::string with_text_member(std::string object, std::string_view name, std::string_view text);

/// `object`, the JSON text of an object, with the members of all objects in it in one order: texts
/// that say the same become equal. One whose numbers are out of all bounds is left as it is.
std::string with_sorted_members(const std::string& object);

/// JSON Pointers to the first texts in `object`, the JSON text of an object as the reader of bodies
/// keeps it, that have U+0000 in them or in a name on the way there; at most so many.
std::vector<std::string> places_of_zeros(const std::string& object, std::size_t most);

}  // namespace carillon::codec
