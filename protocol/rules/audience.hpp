#pragma once

#include "protocol/notification.hpp"
#include "protocol/principal.hpp"

namespace carillon::rules {

/// Whether this user may see what is addressed so: their own, everybody's, or their role's and
/// store's (both where both are named).
bool entitled(const principal& who, const audience& to);

}  // namespace carillon::rules
