#include "adapters/http/openapi.hpp"

#include "adapters/http/router.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#define CAF_SUITE http_openapi
#include "tests/caf_test.hpp"

namespace http_openapi_suite {

using namespace carillon::http;
using nlohmann::json;

namespace {

const json& document() {
  static const auto parsed = json::parse(openapi_document);
  return parsed;
}

std::string method_of(const route& x) {
  std::string name{to_string(x.method)};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string name_of(const route& x) {
  return method_of(x) + ' ' + std::string{x.pattern};
}

/// The operation that describes a route; null where there is none.
json operation_of(const route& x) {
  const auto& paths = document()["paths"];
  const auto path = paths.find(std::string{x.pattern});
  return path == paths.end() ? json{} : path->value(method_of(x), json{});
}

/// What the document must say of who may ask.
json security_of(const route& x) {
  json who = json::array();
  if (x.scope == access::metrics)
    return {json::object(), {{"metrics_token", json::array()}}};
  if (x.scope == access::open)
    return who;
  json scopes = json::array();
  if (x.scope == access::publish)
    scopes.push_back("publish");
  if (x.scope == access::admin)
    scopes.push_back("admin");
  who.push_back({{"bearer", scopes}});
  if (x.query_token)
    who.push_back({{"query_token", json::array()}});
  return who;
}

bool takes_json(const json& operation) {
  return operation.contains("/requestBody/content/application~1json"_json_pointer);
}

bool is_object_schema(const json& x) {
  const auto type = x.find("type");
  return type != x.end() && (*type == "object" || (type->is_array() && type->at(0) == "object"));
}

/// Every schema below that is of an object, with the place it stands at.
template <class Visit>
void for_objects(const json& x, const std::string& place, Visit visit) {
  if (x.is_object() && is_object_schema(x))
    visit(x, place);
  if (x.is_structured())
    for (const auto& [name, value] : x.items())
      for_objects(value, place + '/' + name, visit);
}

}  // namespace

CAF_TEST(every route is described with what it wants) {
  for (const auto& x : all_routes()) {
    const auto operation = operation_of(x);
    if (operation.is_null()) {
      CAF_ERROR(name_of(x) << " is not described");
      continue;
    }
    if (operation.value("security", json{}) != security_of(x))
      CAF_ERROR(name_of(x) << " wants another token than described");
    if (takes_json(operation) != (x.body != body_kind::none))
      CAF_ERROR(name_of(x) << " takes a body where none is described, or none where one is");
  }
}

CAF_TEST(everything described is a route) {
  std::set<std::string> routes;
  for (const auto& x : all_routes())
    routes.insert(name_of(x));
  for (const auto& [path, methods] : document()["paths"].items())
    for (const auto& [method, operation] : methods.items())
      if (!routes.contains(method + ' ' + path))
        CAF_ERROR(method << ' ' << path << " is described and does not exist");
}

CAF_TEST(operations have names of their own) {
  std::set<std::string> names;
  for (const auto& [path, methods] : document()["paths"].items())
    for (const auto& [method, operation] : methods.items())
      if (!names.insert(operation.value("operationId", "")).second)
        CAF_ERROR(method << ' ' << path << " has no name of its own");
}

CAF_TEST(objects are described to their last member) {
  int count = 0;
  for_objects(document(), "", [&](const json& schema, const std::string& place) {
    ++count;
    const auto more = schema.find("additionalProperties");
    if (more == schema.end())
      CAF_ERROR(place << " does not say whether there may be more members");
    else if (*more == false && !schema.contains("required"))
      CAF_ERROR(place << " does not say which members there always are");
    for (const auto& name : schema.value("required", json::array()))
      if (!schema.value("properties", json::object()).contains(name))
        CAF_ERROR(place << " requires " << name << ", which is not described");
  });
  CAF_CHECK(count > 20);
}

}  // namespace http_openapi_suite
