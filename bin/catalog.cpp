#include "bin/catalog.hpp"

#include "adapters/channels/registry.hpp"

namespace carillon {

catalog_ptr make_catalog(const config& how) {
  auto all = std::make_shared<catalog>();
  all->routes = how.routes;
  for (auto& [name, settings] : how.channels) {
    auto type = find_channel_type(settings.type);
    all->channels[name] = {settings, needs_address(settings), fixed_addresses(settings),
                           type == nullptr ? nullptr : type->is_address};
  }
  return all;
}

}  // namespace carillon
