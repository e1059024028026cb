#pragma once

#include "adapters/channels/registry.hpp"

namespace carillon::channels {

// One line for each file of this folder.
channel_type log_type();
channel_type system_type();
channel_type webhook_type();
channel_type dingtalk_type();

}  // namespace carillon::channels
