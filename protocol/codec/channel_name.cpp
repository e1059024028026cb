#include "protocol/codec/channel_name.hpp"

#include <algorithm>
#include <utility>

namespace carillon::codec {

std::string own_name(std::string channel) {
  if (channel == "websocket")
    return "system";
  if (channel == "push")
    return "app_push";
  return channel;
}

std::vector<std::string> with_own_names(std::vector<std::string> channels) {
  std::vector<std::string> out;
  out.reserve(channels.size());
  for (auto& name : channels)
    if (auto own = own_name(std::move(name)); std::ranges::find(out, own) == out.end())
      out.push_back(std::move(own));
  return out;
}

std::optional<std::vector<std::string>> read_channels(const fields& in, std::string_view name,
                                                      const text_check& objection,
                                                      std::size_t least) {
  const auto check = [&](const std::string& channel) { return objection(own_name(channel)); };
  auto named = in.texts(name, max_id, least, objection ? text_check{check} : text_check{});
  if (named)
    *named = with_own_names(std::move(*named));
  return named;
}

}  // namespace carillon::codec
