#pragma once

#include "adapters/http/router.hpp"
#include "protocol/query.hpp"

namespace carillon::http::api {

/// Puts a question to storage; refused with `busy` when too many from outside wait.
void ask(const call& c, decltype(query::what) what);

}  // namespace carillon::http::api
