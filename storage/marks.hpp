#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

namespace carillon::storage {

/// Does what a user asks of their inbox. One named notification that is not theirs is refused; what
/// changes nothing tells nobody.
void apply_marking(work& w, unit& x, marking& what);

}  // namespace carillon::storage
