#pragma once

#include "protocol/notification.hpp"
#include "protocol/principal.hpp"

#include <string>
#include <vector>

namespace carillon::rules {

/// Whether this user may see what is addressed so: their own, everybody's, or their role's and
/// store's (both where both are named).
bool entitled(const principal& who, const audience& to);

/// Whether someone with these roles and stores belongs to a role, a store or their intersection.
bool belongs(const std::vector<std::string>& roles, const std::vector<std::string>& stores,
             const audience& to);

}  // namespace carillon::rules
