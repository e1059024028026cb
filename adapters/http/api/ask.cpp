#include "adapters/http/api/ask.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace carillon::http::api {

void ask(const call& c, decltype(query::what) what) {
  caf::anon_send(c.with.queries, std::make_shared<query>(query{std::move(what), true}));
}

}  // namespace carillon::http::api
