#pragma once

#include "protocol/rules/render/tree.hpp"
#include "protocol/template.hpp"

#include <string_view>

namespace carillon::rules::render {

/// Reads `{x}` or `${x}`, where x is names between dots: letters, digits, `_`
/// and `-`. Everything else is text.
sequence parse_plain(std::string_view source, template_syntax syntax);

}  // namespace carillon::rules::render
