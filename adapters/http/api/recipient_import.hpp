#pragma once

#include "adapters/http/router.hpp"

namespace carillon::http::api {

/// Stores the people of an NDJSON body, a line each, chunk by chunk: the next is read when the one
/// before it is committed. A line that is wrong is told with its number and passed over.
void import_recipients(const call& c);

}  // namespace carillon::http::api
