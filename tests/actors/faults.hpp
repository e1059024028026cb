#pragma once

#include <string>

namespace carillon::tests {

/// The next `times` messages of actors of that name throw before they are handled.
void throw_in(const std::string& actor, int times = 1);

/// Nothing throws any more.
void no_more_faults();

}  // namespace carillon::tests
