#pragma once

#include "adapters/channels/keys.hpp"
#include "protocol/channel.hpp"

#include <memory>
#include <utility>

namespace carillon::channels {

/// Makes a robot of the hook it posts to and of its settings; `invalid` with its fault where the
/// hook is not a URL.
template <class Robot>
result<channel_ptr> make_robot(const channel_settings& settings) {
  auto hook = webhook_url_of(settings);
  if (!hook)
    return hook.error();
  return channel_ptr{std::make_shared<Robot>(std::move(*hook), settings)};
}

}  // namespace carillon::channels
