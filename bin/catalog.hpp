#pragma once

#include "bin/config/config.hpp"
#include "protocol/route.hpp"

namespace carillon {

/// What planning is to know of a configuration.
catalog_ptr make_catalog(const config& how);

}  // namespace carillon
