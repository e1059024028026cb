#pragma once

#include "protocol/operation.hpp"
#include "storage/parameter.hpp"

#include <string>

namespace carillon::storage {

/// Conditions on `notification_deliveries`, each behind ` and `, whose values are appended; they
/// view the filter. For a state that is not final more rows may fit than are in it.
std::string filters_of(const delivery_filter& asked, parameter_list& values);

}  // namespace carillon::storage
