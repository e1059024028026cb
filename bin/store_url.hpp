#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// `sqlite` or `postgresql`.
std::string_view engine_of(std::string_view url);

/// The file of a `sqlite://FILE` URL, without parameters; empty for another engine.
std::string file_of(std::string_view url);

/// Makes the directory that an embedded database is to live in, but none above it; nothing for a
/// server's. Throws where that is not possible.
void make_directory_of(std::string_view url);

/// Whether a file that is not there yet can be made, its directory with it.
bool can_be_made(const std::string& file);

}  // namespace carillon
