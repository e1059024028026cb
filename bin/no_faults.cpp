#include "actors/fault.hpp"

namespace carillon {

void fault_point(std::string_view) {}

}  // namespace carillon
