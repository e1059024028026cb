#pragma once

#include <span>
#include <string>
#include <string_view>

namespace carillon::configuration {

/// `; did you mean listen?` for the known word nearest to a mistyped one, or nothing.
std::string did_you_mean(std::string_view typed, std::span<const std::string> known);

}  // namespace carillon::configuration
