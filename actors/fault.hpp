#pragma once

#include <string_view>

namespace carillon {

/// Called before each message of a supervised actor. The program's does nothing
/// (`bin/no_faults.cpp`); the tests link one that throws on demand.
void fault_point(std::string_view actor);

}  // namespace carillon
