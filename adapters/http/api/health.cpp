#include "adapters/http/api/handlers.hpp"
#include "adapters/http/openapi.hpp"

namespace carillon::http::api {

void get_livez(const call& c) {
  c.answer(reply{200, R"({"status":"ok"})"});
}

void get_readyz(const call& c) {
  if (c.with.draining->load())
    return c.answer(error{errc::unavailable, "the node is stopping", {}, seconds{5}});
  if (const auto trouble = c.with.storage->state())
    return c.answer(error{errc::unavailable, "storage: " + trouble->reason, {}, seconds{1}});
  c.answer(reply{200, R"({"status":"ok"})"});
}

void get_metrics(const call& c) {
  c.answer(reply{200, c.with.scrape(), "text/plain; version=0.0.4; charset=utf-8"});
}

void get_openapi(const call& c) {
  c.answer(reply{200, std::string{openapi_document}});
}

}  // namespace carillon::http::api
