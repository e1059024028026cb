#include "protocol/codec/channel_name.hpp"

#include <algorithm>
#include <utility>

namespace carillon::codec {

std::string own_name(std::string channel, const text_check& objection) {
  const std::string_view ours = channel == "websocket" ? "system"
                                : channel == "push"    ? "app_push"
                                                       : "";
  if (ours.empty() || !objection || objection(channel).empty())
    return channel;
  return std::string{ours};
}

std::vector<std::string> with_own_names(std::vector<std::string> channels,
                                        const text_check& objection) {
  std::vector<std::string> out;
  out.reserve(channels.size());
  for (auto& name : channels)
    if (auto own = own_name(std::move(name), objection); std::ranges::find(out, own) == out.end())
      out.push_back(std::move(own));
  return out;
}

std::optional<std::vector<std::string>> read_channel_names(const fields& in, std::string_view name,
                                                           const text_check& objection,
                                                           std::size_t least) {
  const auto check = [&](const std::string& channel) {
    return objection(own_name(channel, objection));
  };
  return in.texts(name, max_id, least, objection ? text_check{check} : text_check{});
}

std::optional<std::vector<std::string>> read_channels(const fields& in, std::string_view name,
                                                      const text_check& objection,
                                                      std::size_t least) {
  auto named = read_channel_names(in, name, objection, least);
  if (named)
    *named = with_own_names(std::move(*named), objection);
  return named;
}

}  // namespace carillon::codec
