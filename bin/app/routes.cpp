// The API's own routes beside those of the file.

#include "bin/config/routes.hpp"
#include "bin/app/app.hpp"
#include "bin/built_in_routes.hpp"
#include "bin/catalog.hpp"
#include "bin/config/channels.hpp"
#include "bin/stored_settings.hpp"
#include "protocol/codec/body.hpp"
#include "protocol/codec/route.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// Every place where a route names a channel that is not there, or a backup that is its own.
std::vector<fault> faults_of_channels(const std::vector<route>& routes,
                                      const codec::text_check& objection) {
  std::vector<fault> faults;
  const auto check = [&](const std::string& place, const std::vector<std::string>& names,
                         const codec::text_check& wrong) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (auto why = wrong(names[i]); !why.empty())
        faults.push_back({place + std::to_string(i), std::move(why)});
  };
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto place = "/routes/" + std::to_string(i);
    check(place + "/channels/", routes[i].channels, objection);
    check(place + "/failover/", routes[i].failover, [&](const std::string& name) {
      return configuration::backs_itself(routes[i], name) ? "is one of the route's own channels"
                                                          : objection(name);
    });
  }
  return faults;
}

}  // namespace

std::vector<route> all_routes(const std::vector<route>& of_file, const std::vector<route>& own) {
  auto all = of_file;
  const auto put = [&](const route& x, bool replaces) {
    const auto known = std::ranges::find(all, x.name, &route::name);
    if (known == all.end())
      all.push_back(x);
    else if (replaces)
      *known = x;
  };
  for (const auto& x : own)
    put(x, true);
  for (const auto& x : built_in_routes())
    put(x, false);
  return all;
}

void app::load_routes() {
  const auto known = all_routes(how_.routes, {});
  std::string body = R"({"routes":[)";
  for (const auto& one : read_stored_routes(how_.storage.url))
    body += (body.back() == '[' ? "" : ",") + one;
  auto read = codec::decode_routes(body + "]}", known);
  if (!read)
    throw invalid_configuration{read.error()};
  own_routes_ = std::move(*read);
}

result<stored_answer> app::show_routes() {
  return stored_answer{200, codec::routes_json(all_routes(how_.routes, own_routes_))};
}

result<stored_answer> app::put_routes(const http::settings_request& asked) {
  auto next = codec::decode_routes(asked.body, all_routes(how_.routes, {}));
  if (!next)
    return next.error();
  const auto objection = configuration::unless_in(how_.channels);
  for (auto& one : *next)
    configuration::name_channels(one, objection);
  if (auto faults = faults_of_channels(*next, objection); !faults.empty())
    return codec::invalid_body(std::move(faults));
  route_change what;
  for (const auto& one : *next)
    what.routes.push_back(codec::route_json(one, false));
  if (auto done = commit(asked, std::move(what),
                         {.action = "routes.put", .object = "routes", .detail = asked.body});
      !done)
    return done.error();
  own_routes_ = std::move(*next);
  publish();
  return show_routes();
}

}  // namespace carillon
