#pragma once

#include "protocol/error.hpp"
#include "protocol/route.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// `{"routes":[…]}`, each as the configuration file has them. One that bears the name of a route in
/// `known` takes from it what it does not say itself. At most 1,000; faults are placed below
/// `/routes/N`. Their origin is `api`.
result<std::vector<route>> decode_routes(std::string_view body, const std::vector<route>& known);

/// One route, as `route_json` writes it.
result<route> decode_route(std::string_view document);

/// A route as a JSON object that `decode_routes` reads; with its origin where `shown`.
std::string route_json(const route& what, bool shown);

/// `{"items":[…],"next":null}`.
std::string routes_json(const std::vector<route>& all);

}  // namespace carillon::codec
