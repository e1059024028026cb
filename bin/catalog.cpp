#include "bin/catalog.hpp"

#include "adapters/channels/registry.hpp"

namespace carillon {

catalog_ptr make_catalog(const config& how) {
  auto all = std::make_shared<catalog>();
  all->routes = how.routes;
  for (auto& [name, settings] : how.channels) {
    auto type = find_channel_type(settings.type);
    all->channels[name] = {settings, type == nullptr || type->needs_address};
  }
  return all;
}

}  // namespace carillon
