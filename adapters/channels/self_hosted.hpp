#pragma once

#include "protocol/channel.hpp"

#include <string>

namespace carillon::channels {

/// Where a server is that the operator names by `url`; `base_url` wins. Without a slash at its end.
/// `invalid` with its fault where there is neither or it is not a URL.
result<std::string> server_of(const channel_settings& settings);

}  // namespace carillon::channels
