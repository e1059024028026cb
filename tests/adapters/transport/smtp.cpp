#define CAF_SUITE smtp_transport

#include "adapters/transport/smtp.hpp"
#include "tests/adapters/transport/mail_server.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <semaphore>

#include "tests/caf_test.hpp"

namespace smtp_transport_suite {

using namespace carillon;
using test::mail_server;

namespace {

mail_request letter(const mail_server& server) {
  return {.host = "127.0.0.1",
          .port = server.port(),
          .security = mail_security::none,
          .from = "me@example.com",
          .to = "you@example.org",
          .message = "Subject: hi\r\n\r\n.dot\r\nend\r\n",
          .timeout = milliseconds{20'000}};
}

std::future<transport_result> mailed(transport& aut, mail_request what) {
  auto promise = std::make_shared<std::promise<transport_result>>();
  auto out = promise->get_future();
  aut.send(std::move(what), [promise](transport_result x) { promise->set_value(std::move(x)); });
  return out;
}

/// `command code text` of an answer, or the failure's name.
std::string told(transport_result x) {
  if (auto failure = std::get_if<transport_error>(&x))
    return std::string{to_string(failure->what)};
  auto& got = std::get<response>(x);
  return std::string{got.header("command")} + " " + std::to_string(got.status) + " " + got.body;
}

/// A server that answers one command otherwise than a willing one.
mail_server::handler but(std::string begin, std::string answer) {
  return [=](const std::string& command) {
    return command.starts_with(begin) ? answer : mail_server::willing(command);
  };
}

/// A server that answers one command otherwise from the second time on, so many times.
mail_server::handler from_the_second(std::string begin, std::string answer, int times) {
  auto heard = std::make_shared<std::atomic<int>>(0);
  return [=](const std::string& command) {
    const auto turn = command.starts_with(begin) ? ++*heard : 0;
    return turn > 1 && turn <= 1 + times ? answer : mail_server::willing(command);
  };
}

bool holds(const std::vector<std::string>& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

}  // namespace

CAF_TEST(a message is given whole and its dots are stuffed) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({});
  CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()), "message 250 2.0.0 Ok: queued as Q1");
  auto lines = server.heard();
  CAF_CHECK(holds(lines, "RCPT TO:<you@example.org>"));
  CAF_CHECK(holds(lines, "..dot") && holds(lines, "end"));
  CAF_CHECK(std::ranges::any_of(lines, [](auto& x) { return x.starts_with("MAIL FROM:<me@"); }));
}

CAF_TEST(a refusal says which command it refuses) {
  auto aut = make_smtp_transport({});
  for (auto& [begin, answer, wanted] :
       std::initializer_list<std::tuple<const char*, const char*, const char*>>{
         {"greeting", "554 5.7.1 no", "connect 554 5.7.1 no"},
         {"MAIL", "452 4.3.1 full", "mail 452 4.3.1 full"},
         {"RCPT", "550-5.1.1 no\r\n550 5.1.1 such user", "rcpt 550 5.1.1 no\n5.1.1 such user"},
         {"RCPT", "421 4.3.2 closing", "rcpt 421 4.3.2 closing"},
         {"DATA", "451 later", "data 451 later"},
         {".", "554 5.6.0 no", "message 554 5.6.0 no"}}) {
    mail_server server{but(begin, answer)};
    CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()), wanted);
  }
}

CAF_TEST(a connection that breaks is told apart by the final dot) {
  auto aut = make_smtp_transport({});
  for (auto begin : {"greeting", "EHLO", "MAIL", "RCPT", "DATA"}) {
    mail_server server{but(begin, "")};
    CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()), "connect");
    CAF_CHECK_EQUAL(server.connections(), 1);
  }
  mail_server server{but(".", "")};
  CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()), "no_answer");
}

CAF_TEST(a silent server ends with a timeout or after the dot with no answer) {
  auto aut = make_smtp_transport({});
  for (auto& [begin, wanted] : std::initializer_list<std::pair<const char*, const char*>>{
         {"RCPT", "timeout"}, {".", "no_answer"}}) {
    std::binary_semaphore release{0};
    mail_server server{[&](const std::string& command) {
      if (command.starts_with(begin))
        release.acquire();
      return mail_server::willing(command);
    }};
    auto what = letter(server);
    what.timeout = milliseconds{200};
    CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), wanted);
    release.release();
  }
}

CAF_TEST(messages one after another share a connection until it has had enough) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({.messages_per_connection = 5});
  for (int i = 0; i < 10; ++i)
    CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
  CAF_CHECK_EQUAL(server.connections(), 2);
}

CAF_TEST(a kept connection that its server closed meanwhile is replaced at once) {
  for (auto farewell : {"421 4.4.2 Timeout - closing connection\r\n", ""}) {
    mail_server server{mail_server::willing};
    auto aut = make_smtp_transport({});
    CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
    server.expire(farewell);
    CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
    CAF_CHECK_EQUAL(server.connections(), 2);
    server.expire(farewell);
    auto what = letter(server);
    what.to.clear();
    CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "noop 250 ok");
    CAF_CHECK_EQUAL(server.connections(), 3);
  }
}

CAF_TEST(a kept connection that ends before DATA is answered is replaced once) {
  for (auto& [begin, answer, twice] :
       std::initializer_list<std::tuple<const char*, const char*, const char*>>{
         {"MAIL", "", "connect"},
         {"MAIL", "421 4.7.0 enough", "mail 421 4.7.0 enough"},
         {"RCPT", "", "connect"},
         {"RCPT", "421 4.7.0 enough", "rcpt 421 4.7.0 enough"},
         {"DATA", "", "connect"}}) {
    for (auto times : {1, 2}) {
      mail_server server{from_the_second(begin, answer, times)};
      auto aut = make_smtp_transport({});
      CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
      CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()),
                      times == 1 ? "message 250 2.0.0 Ok: queued as Q1" : twice);
      CAF_CHECK_EQUAL(server.connections(), 2);
    }
  }
}

CAF_TEST(what was refused or may have been taken is not said again) {
  for (auto& [begin, answer, wanted] :
       std::initializer_list<std::tuple<const char*, const char*, const char*>>{
         {"MAIL", "451 later", "mail 451 later"},
         {"RCPT", "550 no", "rcpt 550 no"},
         {"DATA", "421 4.3.2 closing", "data 421 4.3.2 closing"},
         {".", "421 4.3.2 closing", "message 421 4.3.2 closing"},
         {".", "", "no_answer"}}) {
    mail_server server{from_the_second(begin, answer, 1)};
    auto aut = make_smtp_transport({});
    CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
    CAF_CHECK_EQUAL(told(mailed(*aut, letter(server)).get()), wanted);
    CAF_CHECK_EQUAL(server.connections(), 1);
  }
}

CAF_TEST(a connection is left after a 421) {
  mail_server server{from_the_second(".", "421 4.3.2 closing", 1)};
  auto aut = make_smtp_transport({});
  for (auto wanted : {"message 250", "message 421", "message 250"})
    CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with(wanted));
  CAF_CHECK_EQUAL(server.connections(), 2);
}

CAF_TEST(a connection is shared with the same security and trust and login alone) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({});
  CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
  auto what = letter(server);
  what.ca_file = "other.pem";
  CAF_CHECK(told(mailed(*aut, what).get()).starts_with("message 250"));
  CAF_CHECK_EQUAL(server.connections(), 2);
  for (auto password : {"one", "two"}) {
    what.username = "me";
    what.password = password;
    CAF_CHECK(told(mailed(*aut, what).get()).starts_with("message 250"));
  }
  CAF_CHECK_EQUAL(server.connections(), 4);
  what = letter(server);
  what.security = mail_security::starttls;
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "starttls 502 the server offers no STARTTLS");
  CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
  CAF_CHECK_EQUAL(server.connections(), 5);
}

CAF_TEST(a server that hangs holds up no other) {
  std::binary_semaphore release{0};
  mail_server hanging{[&](const std::string& command) {
    if (command == ".")
      release.acquire();
    return mail_server::willing(command);
  }};
  mail_server well{mail_server::willing};
  auto aut = make_smtp_transport({});
  auto late = mailed(*aut, letter(hanging));
  for (int i = 0; i < 5; ++i)
    CAF_CHECK(told(mailed(*aut, letter(well)).get()).starts_with("message 250"));
  release.release();
  CAF_CHECK(told(late.get()).starts_with("message 250"));
}

CAF_TEST(a login is not sent in clear but to this machine) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({});
  auto what = letter(server);
  what.username = "me";
  what.password = "secret";
  CAF_CHECK(told(mailed(*aut, what).get()).starts_with("message 250"));
  CAF_CHECK(holds(server.heard(), "AUTH PLAIN AG1lAHNlY3JldA=="));
  what.host = "127.0.0.1.example.invalid";
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "tls");
}

CAF_TEST(where a login is wanted and none is offered no mail is handed over) {
  auto aut = make_smtp_transport({});
  for (auto* offer : {"250 here", "250-here\r\n250-SIZE 1000\r\n250 8BITMIME",
                      "250-here\r\n250 AUTHENTICATION", "502 what?"}) {
    mail_server server{but("EHLO", offer)};
    auto what = letter(server);
    CAF_CHECK(told(mailed(*aut, what).get()).starts_with("message 250"));  // without a login
    const auto heard = server.heard().size();
    what.username = "me";
    what.password = "secret";
    CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "auth 504 the server offers no way to log in");
    what.to.clear();
    CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "auth 504 the server offers no way to log in");
    const auto lines = server.heard();
    CAF_CHECK(std::all_of(lines.begin() + static_cast<std::ptrdiff_t>(heard), lines.end(),
                          [](const std::string& x) {
                            return x.starts_with("EHLO") || x.starts_with("HELO") || x == "QUIT";
                          }));
  }
}

CAF_TEST(a server without STARTTLS or a known login is told nothing) {
  mail_server server{but("EHLO", "250 here")};
  auto aut = make_smtp_transport({});
  auto what = letter(server);
  what.security = mail_security::starttls;
  what.username = "me";
  what.password = "secret";
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "starttls 502 the server offers no STARTTLS");
  for (auto& line : server.heard())
    CAF_CHECK(line.starts_with("EHLO") || line == "QUIT");
}

CAF_TEST(without an address the server is only asked whether it is there) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({});
  auto what = letter(server);
  what.to.clear();
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "noop 250 ok");
  CAF_CHECK(!holds(server.heard(), "DATA"));
}

CAF_TEST(a guarded conversation reaches no loopback address unless that is allowed) {
  mail_server server{mail_server::willing};
  auto what = letter(server);
  what.guarded = true;
  CAF_CHECK_EQUAL(told(mailed(*make_smtp_transport({}), what).get()), "refused");
  CAF_CHECK_EQUAL(server.connections(), 0);
  auto open = make_smtp_transport({.allow_private = {*parse_range("127.0.0.0/8")}});
  CAF_CHECK(told(mailed(*open, what).get()).starts_with("message 250"));
}

CAF_TEST(a guarded conversation does not ride on a connection that was not guarded) {
  mail_server server{mail_server::willing};
  auto aut = make_smtp_transport({});
  CAF_CHECK(told(mailed(*aut, letter(server)).get()).starts_with("message 250"));
  auto what = letter(server);
  what.guarded = true;
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "refused");
}

CAF_TEST(nobody listening is a failure to connect) {
  std::uint16_t port = 0;
  {
    mail_server gone{mail_server::willing};
    port = gone.port();
  }
  auto aut = make_smtp_transport({});
  mail_request what{.host = "127.0.0.1", .port = port, .security = mail_security::none};
  CAF_CHECK_EQUAL(told(mailed(*aut, what).get()), "connect");
}

CAF_TEST(at its end conversations under way are told that they are cancelled) {
  std::binary_semaphore asked{0};
  std::binary_semaphore release{0};
  mail_server server{[&](const std::string& command) {
    if (command.starts_with("RCPT")) {
      asked.release();
      release.acquire();
    }
    return mail_server::willing(command);
  }};
  auto aut = make_smtp_transport({.max_active = 1});
  auto first = mailed(*aut, letter(server));
  auto second = mailed(*aut, letter(server));
  asked.acquire();
  aut.reset();
  CAF_CHECK_EQUAL(told(first.get()), "cancelled");
  CAF_CHECK_EQUAL(told(second.get()), "cancelled");
  release.release();
}

}  // namespace smtp_transport_suite
