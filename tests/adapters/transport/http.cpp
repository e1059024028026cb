#define CAF_SUITE http_transport

#include "adapters/transport/http.hpp"
#include "tests/adapters/transport/loopback_server.hpp"

#include <future>
#include <semaphore>

#include "tests/caf_test.hpp"

namespace http_transport_suite {

using namespace carillon;
using test::loopback_server;

namespace {

std::string answer(int status, std::string body, std::string headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: "
         + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::future<transport_result> sent(transport& aut, http_request what,
                                   transport::written note = {}) {
  auto promise = std::make_shared<std::promise<transport_result>>();
  auto out = promise->get_future();
  aut.send(
    std::move(what), [promise](transport_result x) { promise->set_value(std::move(x)); },
    std::move(note));
  return out;
}

transport_failure failure_of(transport_result x) {
  CAF_REQUIRE(std::holds_alternative<transport_error>(x));
  return std::get<transport_error>(x).what;
}

response response_of(transport_result x) {
  CAF_REQUIRE(std::holds_alternative<response>(x));
  return std::get<response>(x);
}

}  // namespace

CAF_TEST(a request goes out byte for byte and the answer comes back) {
  std::string got;
  loopback_server server{[&](const std::string& x) {
    got = x;
    return answer(202, "好", "X-Thing:  some value \r\n");
  }};
  auto aut = make_http_transport({});
  auto came = response_of(
    sent(*aut,
         {.url = server.url("/a?b=c"), .headers = {{"webhook-id", "dlv-1"}}, .body = "{\"钉\":1}"})
      .get());
  CAF_CHECK_EQUAL(came.status, 202);
  CAF_CHECK_EQUAL(came.body, "好");
  CAF_CHECK_EQUAL(came.header("x-thing"), "some value");
  CAF_CHECK(got.starts_with("POST /a?b=c HTTP/1.1\r\n"));
  CAF_CHECK(got.find("webhook-id: dlv-1\r\n") != std::string::npos);
  CAF_CHECK(got.find("Expect") == std::string::npos);
  CAF_CHECK(got.ends_with("\r\n\r\n{\"钉\":1}"));
}

CAF_TEST(what is signed is not added to and not replaced) {
  std::string got;
  loopback_server server{[&](const std::string& x) {
    got = x;
    return answer(204, "");
  }};
  auto aut = make_http_transport({});
  sent(*aut, {.url = server.url(), .headers = {{"host", "signed.example:8"}}}).get();
  CAF_CHECK(got.find("Host: signed.example:8\r\n") != std::string::npos);
  CAF_CHECK(got.find("ost:") == got.rfind("ost:"));
  CAF_CHECK(got.find("Content-Type:") == std::string::npos);
  sent(*aut, {.url = server.url(), .headers = {{"content-type", "text/x"}}, .body = "x"}).get();
  CAF_CHECK(got.find("content-type: text/x\r\n") != std::string::npos);
  CAF_CHECK(got.find("Content-Type:") == std::string::npos);
}

CAF_TEST(connections are used again) {
  loopback_server server{[](const std::string&) { return answer(200, "ok"); }};
  auto aut = make_http_transport({});
  for (int i = 0; i < 20; ++i)
    sent(*aut, {.url = server.url()}).get();
  CAF_CHECK_EQUAL(server.connections(), 1);
}

CAF_TEST(that a request is written is told once and whether its server spoke before) {
  std::vector<peer> notes;
  const auto note = [&](peer by) { notes.push_back(by); };
  std::string url;
  {
    loopback_server server{[&](const std::string& x) {
      CAF_CHECK_EQUAL(notes.size(), x.starts_with("POST /first") ? 1u : 2u);
      return answer(200, "ok");
    }};
    url = server.url();
    auto aut = make_http_transport({});
    sent(*aut, {.url = server.url("/first")}, note).get();
    sent(*aut, {.url = server.url("/next")}, note).get();
    CAF_CHECK_EQUAL(server.connections(), 1);
  }
  CAF_CHECK((notes == std::vector{peer::silent, peer::heard}));
  auto nobody = make_http_transport({});
  CAF_CHECK(failure_of(sent(*nobody, {.url = url}, note).get()) == transport_failure::connect);
  CAF_CHECK_EQUAL(notes.size(), 2u);
}

CAF_TEST(redirects are answers and not followed) {
  int asked = 0;
  loopback_server server{[&](const std::string&) {
    ++asked;
    return answer(302, "", "Location: /elsewhere\r\n");
  }};
  auto aut = make_http_transport({});
  CAF_CHECK_EQUAL(response_of(sent(*aut, {.url = server.url()}).get()).status, 302);
  CAF_CHECK_EQUAL(asked, 1);
}

CAF_TEST(an endless answer is cut at its bound) {
  loopback_server server{[](const std::string&) { return answer(200, std::string(1 << 20, 'x')); }};
  auto aut = make_http_transport({});
  auto came = response_of(sent(*aut, {.url = server.url()}).get());
  CAF_CHECK_EQUAL(came.status, 200);
  CAF_CHECK_EQUAL(came.body.size(), std::size_t{64 << 10});
}

CAF_TEST(nobody listening is told apart from an answer that never came) {
  std::string dead;
  {
    loopback_server gone{[](const std::string&) { return std::string{}; }};
    dead = gone.url();
  }
  auto aut = make_http_transport({});
  CAF_CHECK(failure_of(sent(*aut, {.url = dead}).get()) == transport_failure::connect);
  loopback_server closing{[](const std::string&) { return std::string{}; }};
  CAF_CHECK(failure_of(sent(*aut, {.url = closing.url()}).get()) == transport_failure::no_answer);
}

CAF_TEST(an answer that is no HTTP is no answer) {
  for (const std::string& babble :
       {std::string{"\x16\x03\x01\x02\x00\xff\xfe\r\n\r\n", 11}, std::string{"SSH-2.0-x\r\n\r\n"},
        std::string{"<html>busy</html>\r\n\r\n"}, std::string{"HTTP/7.7 200 OK\r\n\r\n"},
        std::string{"HTTP/1.1 OK\r\n\r\n"},
        std::string{"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\nx"},
        std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}}) {
    loopback_server server{[&](const std::string&) { return babble; }};
    auto aut = make_http_transport({});
    auto came = sent(*aut, {.url = server.url(), .timeout = milliseconds{300}}).get();
    CAF_MESSAGE(babble);
    CAF_CHECK(failure_of(std::move(came)) == transport_failure::no_answer);
  }
}

CAF_TEST(a silent provider ends with no answer after the timeout) {
  std::binary_semaphore release{0};
  loopback_server server{[&](const std::string&) {
    release.acquire();
    return std::string{};
  }};
  auto aut = make_http_transport({});
  auto came = sent(*aut, {.url = server.url(), .timeout = milliseconds{100}}).get();
  release.release();
  CAF_CHECK(failure_of(came) == transport_failure::no_answer);
}

CAF_TEST(what an open connection may have taken is not sent twice) {
  for (const std::string body : {"{}", ""}) {
    int arrived = 0;
    loopback_server server{
      [&](const std::string&) { return ++arrived == 1 ? answer(200, "ok") : std::string{}; }};
    auto aut = make_http_transport({});
    CAF_CHECK_EQUAL(response_of(sent(*aut, {.url = server.url(), .body = body}).get()).status, 200);
    CAF_CHECK(failure_of(sent(*aut, {.url = server.url(), .body = body}).get())
              == transport_failure::no_answer);
    CAF_CHECK_EQUAL(arrived, 2);
  }
}

CAF_TEST(what only reads is asked again where an open connection broke) {
  int arrived = 0;
  loopback_server server{
    [&](const std::string&) { return ++arrived == 2 ? std::string{} : answer(200, "ok"); }};
  auto aut = make_http_transport({});
  sent(*aut, {.url = server.url()}).get();
  CAF_CHECK_EQUAL(response_of(sent(*aut, {.method = "GET", .url = server.url()}).get()).status,
                  200);
  CAF_CHECK_EQUAL(arrived, 3);
}

CAF_TEST(other schemes and text that is no url are bad urls) {
  auto aut = make_http_transport({});
  CAF_CHECK(failure_of(sent(*aut, {.url = "file:///etc/passwd"}).get())
            == transport_failure::bad_url);
  CAF_CHECK(failure_of(sent(*aut, {.url = "http://"}).get()) == transport_failure::bad_url);
}

CAF_TEST(a guarded request reaches no loopback address under any name) {
  loopback_server server{[](const std::string&) { return answer(200, "secret"); }};
  auto aut = make_http_transport({});
  auto port = server.url().substr(16);
  for (std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1"}) {
    CAF_MESSAGE(host);
    CAF_CHECK(failure_of(sent(*aut, {.url = "http://" + host + port, .guarded = true}).get())
              == transport_failure::refused);
  }
  CAF_CHECK_EQUAL(server.connections(), 0);
}

CAF_TEST(a guarded request does not ride on an open connection that was not guarded) {
  loopback_server server{[](const std::string&) { return answer(200, "secret"); }};
  auto aut = make_http_transport({});
  sent(*aut, {.url = server.url()}).get();
  CAF_CHECK(failure_of(sent(*aut, {.url = server.url(), .guarded = true}).get())
            == transport_failure::refused);
}

CAF_TEST(what the operator allows is reached under guard) {
  loopback_server server{[](const std::string&) { return answer(200, "ok"); }};
  auto aut = make_http_transport({.allow_private = {*parse_range("127.0.0.0/8")}});
  CAF_CHECK_EQUAL(response_of(sent(*aut, {.url = server.url(), .guarded = true}).get()).status,
                  200);
}

CAF_TEST(at its end exchanges under way are told that they are cancelled) {
  std::binary_semaphore asked{0};
  std::binary_semaphore release{0};
  loopback_server server{[&](const std::string&) {
    asked.release();
    release.acquire();
    return std::string{};
  }};
  auto aut = make_http_transport({});
  auto came = sent(*aut, {.url = server.url()});
  asked.acquire();
  aut.reset();
  CAF_CHECK(failure_of(came.get()) == transport_failure::cancelled);
  release.release();
}

CAF_TEST(a thousand exchanges at once are all told) {
  loopback_server server{[](const std::string&) { return answer(200, "ok"); }};
  auto aut = make_http_transport({.max_active = 16});
  std::vector<std::future<transport_result>> all;
  for (int i = 0; i < 1000; ++i)
    all.push_back(sent(*aut, {.url = server.url()}));
  for (auto& one : all)
    CAF_CHECK_EQUAL(response_of(one.get()).status, 200);
  CAF_CHECK(server.connections() <= 16);
}

}  // namespace http_transport_suite
