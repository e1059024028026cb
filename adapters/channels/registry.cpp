#include "adapters/channels/registry.hpp"

#include "adapters/channels/types.hpp"

#include <algorithm>
#include <array>

namespace carillon {

std::span<const channel_type> channel_types() {
  static const std::array all{
    channels::log_type(),
    channels::system_type(),
    channels::webhook_type(),
    channels::dingtalk_type(),
  };
  return all;
}

const channel_type* find_channel_type(std::string_view name) {
  auto all = channel_types();
  auto found = std::ranges::find(all, name, &channel_type::name);
  return found == all.end() ? nullptr : &*found;
}

result<channel_ptr> make_channel(const channel_settings& settings) {
  auto type = find_channel_type(settings.type);
  if (type == nullptr)
    return error{errc::invalid, "there is no channel type '" + settings.type + "'"};
  if (type->make == nullptr)
    return channel_ptr{};
  return type->make(settings);
}

}  // namespace carillon
