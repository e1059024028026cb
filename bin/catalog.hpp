#pragma once

#include "bin/config/config.hpp"
#include "protocol/route.hpp"

#include <vector>

namespace carillon {

/// Every route there is, in the order they are followed: the file's, in the place of each the API's
/// of that name; the API's others; the ready-made ones that no other bears the name of.
std::vector<route> all_routes(const std::vector<route>& of_file, const std::vector<route>& own);

/// What planning is to know of a configuration and of the API's own routes. A ready-made route that
/// is not switched on is none.
catalog_ptr make_catalog(const config& how, const std::vector<route>& own = {});

}  // namespace carillon
