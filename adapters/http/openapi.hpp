#pragma once

#include <string_view>

namespace carillon::http {

/// The OpenAPI 3.1 description of every route, as `openapi.json` beside this file has it.
extern const std::string_view openapi_document;

}  // namespace carillon::http
