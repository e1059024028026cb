#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <string>
#include <vector>

namespace carillon::storage {

/// Replaces the API's own routes.
void replace_routes(work& w, timestamp now, const route_change& what);

/// Those, in order, each a JSON object as text.
std::vector<std::string> read_route_documents(connection& db);

}  // namespace carillon::storage
