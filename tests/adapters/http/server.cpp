#include "adapters/http/server.hpp"

#include "tests/adapters/http/engine.hpp"
#include "tests/adapters/http/raw_client.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#define CAF_SUITE http_server
#include "tests/caf_test.hpp"

namespace http_server_suite {

using namespace carillon;
using namespace carillon::http;

namespace {

const std::string path = "/api/v1/notifications";
const std::string draft = R"({"title":"t","message":"m","user_id":"u1"})";

engine::setup with(void (*change)(engine::setup&)) {
  engine::setup how;
  change(how);
  return how;
}

std::string problem_type(const raw_answer& x) {
  return x.headers.contains("content-type") ? x.headers.at("content-type") : "";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

/// A POST's head that promises `length` bytes.
std::string head_of(const engine& at, std::size_t length, const std::string& more = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
         + at.token("p", {"publish"}) + "\r\nContent-Length: " + std::to_string(length) + "\r\n"
         + more + "\r\n";
}

std::string chunked_head(const engine& at) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
         + at.token("p", {"publish"}) + "\r\nTransfer-Encoding: chunked\r\n\r\n";
}

}  // namespace

CAF_TEST(pipelined requests are answered in their order over one connection) {
  engine at;
  raw_client aut{at.port()};
  const auto token = at.token("u1");
  aut.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET " + path
           + "/unread-count HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n\r\n\r\n"
           + head_of(at, draft.size()) + draft + "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  CAF_CHECK_EQUAL(aut.read().body, R"({"status":"ok"})");
  CAF_CHECK_EQUAL(aut.read().body, R"({"unread_count":5})");
  CAF_CHECK_EQUAL(aut.read().status, 201);
  const auto last = aut.read();
  CAF_CHECK_EQUAL(last.status, 404);
  CAF_CHECK_EQUAL(problem_type(last), "application/problem+json");
  CAF_CHECK(last.headers.contains("date"));
  CAF_CHECK_EQUAL(aut.ask("GET", "/livez").status, 200);
}

CAF_TEST(a request may come byte by byte) {
  engine at;
  raw_client aut{at.port()};
  for (const char c : std::string{"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"})
    aut.send({&c, 1});
  CAF_CHECK_EQUAL(aut.read().status, 200);
}

CAF_TEST(what is no HTTP gets an answer and the end of its connection) {
  engine at;
  const std::pair<std::string, int> cases[] = {
    {"GARBAGE\r\n\r\n", 400},
    {"GET /livez HTTP/3.9\r\nHost: x\r\n\r\n", 400},
    {"GET /livez HTTP/1.1\r\n\r\n", 400},
    {"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
    {"GET livez HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"GET /livez HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", 400},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
     400},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
  };
  for (const auto& [text, status] : cases) {
    raw_client aut{at.port()};
    aut.send(text);
    const auto answer = aut.read();
    CAF_CHECK_EQUAL(answer.status, status);
    CAF_CHECK_EQUAL(problem_type(answer), "application/problem+json");
    CAF_CHECK(aut.closed());
  }
  CAF_CHECK_EQUAL(raw_client{at.port()}.ask("GET", "/livez").status, 200);
}

CAF_TEST(a flood of header fields is cut off with 431) {
  engine at;
  raw_client aut{at.port()};
  std::string text = "GET /livez HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 2000; ++i)
    text += "X-Flood-" + std::to_string(i) + ": water\r\n";
  aut.send(text);
  CAF_CHECK_EQUAL(aut.read().status, 431);
  CAF_CHECK(aut.closed());
}

CAF_TEST(a body over its bound is refused before it is read) {
  engine at;
  raw_client aut{at.port()};
  aut.send(head_of(at, 10 << 20));
  aut.send(std::string(10 << 20, 'x'));
  const auto answer = aut.read();
  CAF_CHECK_EQUAL(answer.status, 413);
  CAF_CHECK_EQUAL(answer.headers.at("connection"), "close");
}

CAF_TEST(chunks are put together and refused where they pass the bound) {
  engine at{with([](engine::setup& how) { how.options.max_body_bytes = 1000; })};
  raw_client good{at.port()};
  good.send(chunked_head(at) + "5;x=1\r\n" + draft.substr(0, 5) + "\r\n");
  char size[8];
  std::snprintf(size, sizeof size, "%zx", draft.size() - 5);
  good.send(std::string{size} + "\r\n" + draft.substr(5) + "\r\n0\r\nTrailer: x\r\n\r\n");
  CAF_CHECK_EQUAL(good.read().status, 201);
  CAF_CHECK_EQUAL(good.ask("GET", "/livez").status, 200);

  raw_client large{at.port()};
  large.send(chunked_head(at) + "200\r\n" + std::string(0x200, ' ') + "\r\n200\r\n"
             + std::string(0x200, ' ') + "\r\n");
  CAF_CHECK_EQUAL(large.read().status, 413);
  raw_client bad{at.port()};
  bad.send(chunked_head(at) + "zz\r\nhello\r\n");
  CAF_CHECK_EQUAL(bad.read().status, 400);
  CAF_CHECK_EQUAL(at.small_door->units(), 0);
  CAF_CHECK_EQUAL(at.small_door->bytes(), 0);
}

CAF_TEST(a client that asks first is told to go on or not to) {
  engine at;
  raw_client aut{at.port()};
  aut.send(head_of(at, draft.size(), "Expect: 100-continue\r\n"));
  CAF_CHECK_EQUAL(aut.read().status, 100);
  aut.send(draft);
  CAF_CHECK_EQUAL(aut.read().status, 201);
  aut.send("POST " + path
           + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  CAF_CHECK_EQUAL(aut.read().status, 401);
}

CAF_TEST(HTTP 1.0 closes unless asked to stay and HEAD has no body) {
  engine at;
  raw_client once{at.port()};
  once.send("GET /livez HTTP/1.0\r\n\r\n");
  const auto closing = once.read();
  CAF_CHECK_EQUAL(closing.headers.at("connection"), "close");
  CAF_CHECK(once.closed());
  raw_client twice{at.port()};
  twice.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto staying = twice.read();
  CAF_CHECK_EQUAL(staying.headers.at("connection"), "keep-alive");
  const auto head = twice.ask("HEAD", "/livez");
  CAF_CHECK_EQUAL(head.status, 200);
  CAF_CHECK_EQUAL(head.headers.at("content-length"), "15");
  CAF_CHECK_EQUAL(twice.ask("GET", "/livez").body, R"({"status":"ok"})");
}

CAF_TEST(who takes too long is told so where that makes sense and closed) {
  engine at{with([](engine::setup& how) {
    how.options.header_timeout = milliseconds{300};
    how.options.body_timeout = milliseconds{300};
    how.options.idle_timeout = milliseconds{300};
  })};
  raw_client silent{at.port()};
  raw_client header{at.port()};
  header.send("GET /livez HTTP/1.1\r\nHo");
  raw_client body{at.port()};
  body.send(head_of(at, 100) + "{");
  raw_client idle{at.port()};
  CAF_CHECK_EQUAL(idle.ask("GET", "/livez").status, 200);
  CAF_CHECK(silent.closed());
  CAF_CHECK_EQUAL(header.read().status, 408);
  CAF_CHECK(header.closed());
  CAF_CHECK_EQUAL(body.read().status, 408);
  CAF_CHECK(body.closed());
  CAF_CHECK(idle.closed());
  CAF_CHECK_EQUAL(at.small_door->units(), 0);
}

CAF_TEST(an engine that does not answer costs one request and no connection for ever) {
  engine at{with([](engine::setup& how) { how.options.work_timeout = milliseconds{300}; })};
  at.hold = true;
  raw_client aut{at.port()};
  const auto answer = aut.ask("POST", path, at.token("p", {"publish"}), draft);
  CAF_CHECK_EQUAL(answer.status, 500);
  CAF_CHECK(aut.closed());
}

CAF_TEST(wrong paths methods and types are told apart) {
  engine at;
  raw_client aut{at.port()};
  const auto token = at.token("p", {"publish"});
  CAF_CHECK_EQUAL(aut.ask("GET", "/api/v1/nothing").status, 404);
  const auto method = aut.ask("PATCH", path, token);
  CAF_CHECK_EQUAL(method.status, 405);
  CAF_CHECK_EQUAL(method.headers.at("allow"), "POST, GET, HEAD");
  const auto unknown = aut.ask("BREW", "/livez");
  CAF_CHECK_EQUAL(unknown.headers.at("allow"), "GET, HEAD");
  const auto post = [&](const char* type) {
    return aut.ask("POST", path, token, draft, type).status;
  };
  CAF_CHECK_EQUAL(post("Content-Type: text/plain\r\n"), 415);
  CAF_CHECK_EQUAL(post("Content-Type: application/jsonx\r\n"), 415);
  CAF_CHECK_EQUAL(post("Content-Type: application/JSON; charset=utf-8\r\n"), 201);
  CAF_CHECK_EQUAL(post("Content-Type: application/cloudevents+json\r\n"), 201);
  CAF_CHECK_EQUAL(post(""), 201);
  CAF_CHECK_EQUAL(aut.ask("POST", path, token, "{\"title\":\"\xff\"}").status, 400);
  CAF_CHECK_EQUAL(aut.ask("POST", path, token, "{").status, 400);
  CAF_CHECK_EQUAL(aut.ask("POST", path, token, "{}").status, 422);
  CAF_CHECK_EQUAL(aut.ask("POST", path, token).status, 400);
}

CAF_TEST(past the door everything is refused at once until there is room) {
  engine at{with([](engine::setup& how) { how.small = {1, 1 << 20}; })};
  at.hold = true;
  raw_client first{at.port()};
  first.send(head_of(at, draft.size()) + draft);
  while (at.small_door->units() == 0)
    std::this_thread::yield();
  raw_client second{at.port()};
  const auto refused = second.ask("POST", path, at.token("p", {"publish"}), draft);
  CAF_CHECK_EQUAL(refused.status, 503);
  CAF_CHECK_EQUAL(refused.headers.at("retry-after"), "1");
  CAF_CHECK_EQUAL(second.ask("GET", path + "/unread-count", at.token("u")).status, 200);
  for (std::vector<posting_ptr> held; held.empty();)
    held = at.take_held();
  CAF_CHECK_EQUAL(first.read().status, 500);  // dropped unanswered
  at.hold = false;
  while (at.small_door->units() != 0)
    std::this_thread::yield();
  CAF_CHECK_EQUAL(second.ask("POST", path, at.token("p", {"publish"}), draft).status, 201);
}

CAF_TEST(plain connections past their bound are refused) {
  engine at{with([](engine::setup& how) { how.options.plain_connections = 1; })};
  raw_client first{at.port()};
  CAF_CHECK_EQUAL(first.ask("GET", "/livez").status, 200);
  raw_client second{at.port()};
  CAF_CHECK_EQUAL(second.ask("GET", "/livez").status, 503);
  CAF_CHECK(second.closed());
}

CAF_TEST(a handler that throws costs its request alone) {
  engine at;
  at.scrape = []() -> std::string { throw std::runtime_error{"no figures"}; };
  raw_client aut{at.port()};
  const auto answer = aut.ask("GET", "/metrics");
  CAF_CHECK_EQUAL(answer.status, 500);
  CAF_CHECK(!contains(answer.body, "no figures"));
  CAF_CHECK_EQUAL(aut.ask("GET", "/livez").status, 200);
  CAF_CHECK(
    contains(at.counts.scrape(), R"(carillon_http_requests_total{code="500",route="/metrics"} 1)"));
}

CAF_TEST(a server that stops answers what is in work and takes nothing new) {
  engine at;
  at.hold = true;
  raw_client idle{at.port()};
  CAF_CHECK_EQUAL(idle.ask("GET", "/livez").status, 200);
  raw_client asking{at.port()};
  CAF_CHECK_EQUAL(asking.ask("GET", "/livez").status, 200);
  raw_client busy{at.port()};
  busy.send(head_of(at, draft.size()) + draft);
  std::vector<posting_ptr> held;
  while (held.empty())
    held = at.take_held();
  at.serving().stop_accepting();
  *at.draining = true;
  CAF_CHECK_EQUAL(idle.ask("GET", "/readyz").status, 503);
  CAF_CHECK(idle.closed());
  const auto refusal = asking.ask("GET", path + "/unread-count", at.token("u1"));
  CAF_CHECK_EQUAL(refusal.status, 503);
  CAF_CHECK_EQUAL(refusal.headers.at("connection"), "close");
  created done;
  done.notifications.push_back(std::make_shared<notification>(held[0]->drafts[0].what));
  done.duplicate.push_back(false);
  held[0]->reply(std::move(done));
  const auto answer = busy.read();
  CAF_CHECK_EQUAL(answer.status, 201);
  CAF_CHECK_EQUAL(answer.headers.at("connection"), "close");
  CAF_CHECK(busy.closed());
  bool refused = false;
  try {
    raw_client late{at.port()};
  } catch (const std::runtime_error&) {
    refused = true;
  }
  CAF_CHECK(refused);
}

CAF_TEST(a port that is taken is named with the key to change) {
  engine at;
  live::shard other{at.counts};
  other.start();
  server_options options;
  options.port = at.port();
  std::string why;
  try {
    server second{options, services{}, {&other}};
    second.start();
  } catch (const std::runtime_error& e) {
    why = e.what();
  }
  CAF_CHECK(contains(why, std::to_string(at.port())));
  CAF_CHECK(contains(why, "server.listen"));
}

CAF_TEST(a user past the requests of a minute is told when to come back) {
  engine at{with([](engine::setup& how) { how.options.rules.request_limit_per_minute = 2; })};
  raw_client aut{at.port()};
  const auto ask = [&](const std::string& token) {
    return aut.ask("GET", path + "/unread-count", token);
  };
  const auto first = ask(at.token("u1"));
  CAF_CHECK_EQUAL(first.status, 200);
  CAF_CHECK_EQUAL(first.headers.at("ratelimit"), R"("user";r=1;t=60)");
  CAF_CHECK_EQUAL(first.headers.at("ratelimit-policy"), R"("user";q=2;w=60)");
  CAF_CHECK_EQUAL(first.headers.at("x-ratelimit-limit"), "2");
  const auto second = ask(at.token("u1"));
  CAF_CHECK_EQUAL(second.headers.at("x-ratelimit-remaining"), "0");
  const auto third = ask(at.token("u1"));
  CAF_CHECK_EQUAL(third.status, 429);
  CAF_CHECK(third.headers.contains("retry-after"));
  CAF_CHECK_EQUAL(ask(at.token("u2")).status, 200);
  for (int i = 0; i < 5; ++i)
    CAF_CHECK_EQUAL(ask(at.token("p", {"publish"})).status, 200);
}

}  // namespace http_server_suite
