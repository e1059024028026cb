#include "adapters/http/api/order.hpp"

#include "adapters/channels/registry.hpp"
#include "protocol/rules/addressing.hpp"

#include <utility>

namespace carillon::http::api {

namespace {

/// Most channels are named as their type; these stand for one of several.
bool is_usual_name(const std::string& channel) {
  return channel == "sms" || channel == "app_push" || find_channel_type(channel) != nullptr;
}

}  // namespace

codec::text_check unless_configured(const call& c) {
  return [with = c.with.catalog()](const std::string& channel) -> std::string {
    return rules::has_channel(*with, channel) ? "" : "is not a configured channel";
  };
}

codec::text_check unless_known(const call& c) {
  return [with = c.with.catalog()](const std::string& channel) -> std::string {
    if (rules::has_channel(*with, channel) || is_usual_name(channel))
      return {};
    return "is neither a configured channel nor a type of channel";
  };
}

std::optional<std::string> channel_asked(const call& c, query_string& asked) {
  auto named = asked.key("channel");
  if (named)
    named = codec::own_name(std::move(*named), unless_configured(c));
  return named;
}

}  // namespace carillon::http::api
