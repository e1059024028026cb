#pragma once

#include "bin/config/config.hpp"

#include <cstdint>
#include <ostream>
#include <string>

namespace carillon {

/// What `serve --demo` puts in place of the built-in defaults, as TOML: an embedded database and a
/// random secret under `./var/`, which are made where they are missing, and a `log` channel.
std::string prepare_demo();

/// Writes URLs, tokens and commands that work when they are pasted.
void print_demo(std::ostream& to, const config& how, std::uint16_t port);

}  // namespace carillon
