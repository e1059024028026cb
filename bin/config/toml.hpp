#pragma once

#include "bin/config/tree.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace carillon::configuration {

/// Reads a TOML document; `name` is what the places of its settings are called by. A document that
/// cannot be read is `malformed` with one fault at its line.
result<node> parse_document(std::string_view text, const std::string& name, origin from);

/// Reads one TOML value, such as `["a", "b"]`, that was written at `like`'s place.
result<node> parse_value(std::string_view text, const node& like);

}  // namespace carillon::configuration
