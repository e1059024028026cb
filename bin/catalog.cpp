#include "bin/catalog.hpp"

#include "adapters/channels/registry.hpp"

namespace carillon {

catalog_ptr make_catalog(const config& how, const std::vector<route>& own) {
  auto all = std::make_shared<catalog>();
  all->routes = all_routes(how.routes, own);
  std::erase_if(all->routes, [](const route& x) { return x.origin == "built-in"; });
  for (auto& [name, settings] : how.channels) {
    auto type = find_channel_type(settings.type);
    all->channels[name] = {settings, needs_address(settings), fixed_addresses(settings),
                           type == nullptr ? nullptr : type->is_address};
  }
  return all;
}

}  // namespace carillon
