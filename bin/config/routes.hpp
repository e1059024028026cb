#pragma once

#include "bin/config/section.hpp"
#include "protocol/codec/channel_name.hpp"
#include "protocol/route.hpp"

#include <string>
#include <vector>

namespace carillon::configuration {

/// Reads `[[routes]]`, in order.
std::vector<route> read_routes(const node& from, std::vector<fault>& faults);

/// Gives the channels of a route our names for them; `objection` tells which there are.
void name_channels(route& to, const codec::text_check& objection);

/// Whether a route names this backup among the channels that it is for.
bool backs_itself(const route& what, const std::string& backup);

}  // namespace carillon::configuration
