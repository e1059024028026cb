#include "adapters/http/cors.hpp"

#include "tests/adapters/http/engine.hpp"
#include "tests/adapters/http/raw_client.hpp"

#define CAF_SUITE http_cors
#include "tests/caf_test.hpp"

namespace http_cors_suite {

using namespace carillon;
using namespace carillon::http;

namespace {

const std::string inbox = "/api/v1/notifications";

engine::setup with_origins(std::vector<std::string> allowed) {
  engine::setup how;
  how.options.rules.allowed_origins = std::move(allowed);
  return how;
}

std::string asking(const std::string& origin, const std::string& method = {}) {
  return "Origin: " + origin + "\r\n"
         + (method.empty() ? "" : "Access-Control-Request-Method: " + method + "\r\n");
}

}  // namespace

CAF_TEST(an origin is a scheme and a host and perhaps a port) {
  for (const auto* good : {"*", "https://a.example", "http://localhost:3000", "http://[::1]:80",
                           "capacitor://localhost"})
    CAF_CHECK(is_origin(good));
  for (const auto* bad : {"", "null", "a.example", "https://", "://a", "https://a.example/",
                          "https://a.example/x", "https://a b", "https://a\r\nb", "https://*"})
    CAF_CHECK(!is_origin(bad));
}

CAF_TEST(none or a star allows every page) {
  for (const origins& all : {origins{{}}, origins{{"https://a.example", "*"}}}) {
    CAF_CHECK(all.allows("https://b.example", "c.example"));
    CAF_CHECK(all.allows("null", "c.example"));
    CAF_CHECK(all.lines_for("https://b.example").starts_with("Access-Control-Allow-Origin: *\r\n"));
  }
}

CAF_TEST(a list allows its origins and the host itself) {
  const origins some{{"https://App.example", "http://b.example:8080"}};
  CAF_CHECK(some.allows("https://app.example", "c"));
  CAF_CHECK(some.allows("https://app.example:443", "c"));
  CAF_CHECK(some.allows("http://b.example:8080", "c"));
  CAF_CHECK(!some.allows("http://app.example", "c"));
  CAF_CHECK(!some.allows("https://app.example:8443", "c"));
  CAF_CHECK(!some.allows("http://b.example", "c"));
  CAF_CHECK(!some.allows("https://evil.example", "c"));
  CAF_CHECK(!some.allows("https://app.example.evil.example", "c"));
  CAF_CHECK(!some.allows("null", "null"));
  CAF_CHECK(some.allows("https://mine.example:9000", "Mine.example:9000"));
  CAF_CHECK(some.allows("https://mine.example", "mine.example:443"));
  CAF_CHECK(!some.allows("https://mine.example", "mine.example:80"));
  CAF_CHECK(!some.allows("https://mine.example", ""));
}

CAF_TEST(an allowed page reads answers and others do not ) {
  engine at{with_origins({"https://app.example"})};
  raw_client aut{at.port()};
  const auto token = at.token("u1");
  const auto ours = aut.ask("GET", inbox, token, {}, asking("https://app.example"));
  CAF_CHECK_EQUAL(ours.status, 200);
  CAF_CHECK_EQUAL(ours.headers.at("access-control-allow-origin"), "https://app.example");
  CAF_CHECK(ours.headers.at("access-control-expose-headers").find("Link") != std::string::npos);
  CAF_CHECK_EQUAL(ours.headers.at("vary"), "Origin");
  const auto missing = aut.ask("GET", "/nowhere", {}, {}, asking("https://app.example"));
  CAF_CHECK_EQUAL(missing.status, 404);
  CAF_CHECK(missing.headers.contains("access-control-allow-origin"));
  const auto foreign = aut.ask("GET", inbox, token, {}, asking("https://evil.example"));
  CAF_CHECK_EQUAL(foreign.status, 200);
  CAF_CHECK(!foreign.headers.contains("access-control-allow-origin"));
  CAF_CHECK_EQUAL(foreign.headers.at("vary"), "Origin");
  const auto none = aut.ask("GET", inbox, token);
  CAF_CHECK(!none.headers.contains("access-control-allow-origin"));
}

CAF_TEST(a preflight is answered without a token) {
  engine at{with_origins({"https://app.example"})};
  raw_client aut{at.port()};
  const auto asked =
    aut.ask("OPTIONS", inbox + "/n-1/read", {}, {}, asking("https://app.example", "PUT"));
  CAF_CHECK_EQUAL(asked.status, 204);
  CAF_CHECK_EQUAL(asked.headers.at("access-control-allow-origin"), "https://app.example");
  CAF_CHECK_EQUAL(asked.headers.at("access-control-allow-methods"), "PUT");
  CAF_CHECK(asked.headers.at("access-control-allow-headers").find("Authorization")
            != std::string::npos);
  CAF_CHECK(!asked.headers.contains("content-length"));
  CAF_CHECK(!asked.headers.contains("ratelimit"));
  CAF_CHECK_EQUAL(aut.ask("OPTIONS", inbox, {}, {}, asking("https://evil.example", "GET")).status,
                  403);
  CAF_CHECK_EQUAL(
    aut.ask("OPTIONS", "/nowhere", {}, {}, asking("https://app.example", "GET")).status, 404);
  CAF_CHECK_EQUAL(aut.ask("OPTIONS", inbox, at.token("u1")).status, 405);
}

CAF_TEST(a live connection is refused to pages of other origins) {
  engine at{with_origins({"https://app.example"})};
  raw_client aut{at.port()};
  const auto path = "/api/v1/ws?token=" + at.token("u1");
  CAF_CHECK_EQUAL(aut.ask("GET", path, {}, {}, asking("https://evil.example")).status, 403);
  CAF_CHECK_EQUAL(aut.ask("GET", path, {}, {}, asking("https://app.example")).status, 400);
  CAF_CHECK_EQUAL(aut.ask("GET", path).status, 400);
  at.serving().use({});
  CAF_CHECK_EQUAL(aut.ask("GET", path, {}, {}, asking("https://evil.example")).status, 400);
}

}  // namespace http_cors_suite
