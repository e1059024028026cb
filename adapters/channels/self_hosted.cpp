#include "adapters/channels/self_hosted.hpp"

#include "adapters/channels/keys.hpp"
#include "protocol/rules/addressing.hpp"

namespace carillon::channels {

result<std::string> server_of(const channel_settings& settings) {
  auto base = base_of(settings, key_of(settings, "url"));
  if (!base)
    return base;
  if (!rules::is_url(*base))
    return wrong_key("url", "must be an http or https URL");
  while (base->ends_with('/'))
    base->pop_back();
  return base;
}

}  // namespace carillon::channels
