#define CAF_SUITE email

#include "adapters/channels/registry.hpp"
#include "adapters/channels/smtp_reply.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include "tests/caf_test.hpp"

namespace email_suite {

using namespace carillon;

namespace {

channel_settings mail_settings(std::map<std::string, std::string> keys = {}) {
  auto how = find_channel_type("email")->defaults;
  how.name = how.type = "email";
  how.keys = {{"host", "smtp.example.com"}, {"from", "通知中心 <noreply@example.com>"}};
  for (auto& [name, value] : keys)
    how.keys[name] = value;
  return how;
}

channel_ptr mailer(std::map<std::string, std::string> keys = {}) {
  auto made = make_channel(mail_settings(std::move(keys)));
  CAF_REQUIRE(made.has_value());
  return *made;
}

delivery invoice() {
  delivery out;
  out.recipient = "Ann <ann@example.org>";
  out.content = {.type = "order.paid", .title = "支付成功 ✅", .text = "订单已支付"};
  return out;
}

mail_request mail_of(const channel& aut, const delivery& what) {
  auto made = aut.compose(what, {from_millis(1716193815000), 7});
  CAF_REQUIRE(made.has_value());
  return std::get<mail_request>(*made);
}

/// The keys that a configuration is refused for.
std::vector<std::string> refused(std::map<std::string, std::string> keys) {
  auto made = make_channel(mail_settings(std::move(keys)));
  std::vector<std::string> out;
  if (!made)
    for (auto& x : made.error().faults)
      out.push_back(x.path);
  return out;
}

outcome judged(const channel& aut, const char* command, int code, std::string text) {
  return aut.judge(response{code, {{"command", command}}, std::move(text)}, from_millis(0));
}

using texts = std::vector<std::string>;

}  // namespace

CAF_TEST(a delivery becomes one message to its address) {
  auto what = invoice();
  auto sent = mail_of(*mailer(), what);
  CAF_CHECK_EQUAL(sent.host, "smtp.example.com");
  CAF_CHECK_EQUAL(sent.port, 587);
  CAF_CHECK(sent.security == mail_security::starttls);
  CAF_CHECK_EQUAL(sent.from, "noreply@example.com");
  CAF_CHECK_EQUAL(sent.to, "ann@example.org");
  CAF_CHECK(sent.message.find("\r\nTo: Ann <ann@example.org>\r\n") != std::string::npos);
  CAF_CHECK(sent.message.find("\r\nMessage-ID: <" + to_text(what.id) + "@example.com>\r\n")
            != std::string::npos);
  CAF_CHECK_EQUAL(sent.timeout.count(), 60'000);
}

CAF_TEST(text of its own goes beside html that shows the same and comes last) {
  auto what = invoice();
  what.content.text = "a < b";
  const auto sent = mail_of(*mailer(), what).message;
  const auto plain = sent.find("Content-Type: text/plain; charset=utf-8\r\n");
  const auto html = sent.find("Content-Type: text/html; charset=utf-8\r\n");
  CAF_CHECK(sent.find("\r\nContent-Type: multipart/alternative;\r\n") < plain);
  CAF_CHECK(plain < html && html != std::string::npos);
  CAF_CHECK(sent.find("<p>a &lt; b</p>\r\n", html) != std::string::npos);
  what.content.html = "<b>own</b>";
  const auto own = mail_of(*mailer(), what).message;
  CAF_CHECK(own.find("<b>own</b>") != std::string::npos && own.find("&lt;") == std::string::npos);
}

CAF_TEST(each kind of security has its usual port) {
  CAF_CHECK_EQUAL(mail_of(*mailer({{"security", "tls"}}), invoice()).port, 465);
  CAF_CHECK_EQUAL(mail_of(*mailer({{"security", "none"}}), invoice()).port, 25);
  CAF_CHECK_EQUAL(mail_of(*mailer({{"port", "2525"}}), invoice()).port, 2525);
}

CAF_TEST(the data may ask for a way to unsubscribe) {
  auto what = invoice();
  what.content.data = R"({"unsubscribe_url":"https://example.com/u?t=1"})";
  auto once = mail_of(*mailer(), what).message;
  CAF_CHECK(once.find("\r\nList-Unsubscribe: <https://example.com/u?t=1>\r\n")
            != std::string::npos);
  CAF_CHECK(once.find("One-Click") != std::string::npos);
  what.content.data = R"({"list_unsubscribe":"<mailto:leave@example.com>"})";
  auto mailto = mail_of(*mailer(), what).message;
  CAF_CHECK(mailto.find("\r\nList-Unsubscribe: <mailto:leave@example.com>\r\n")
            != std::string::npos);
  CAF_CHECK(mailto.find("One-Click") == std::string::npos);
  what.content.data = R"({"list_unsubscribe":["https://example.com/u","<mailto:a@b.c>"]})";
  auto both = mail_of(*mailer(), what).message;
  CAF_CHECK(both.find("\r\nList-Unsubscribe: <https://example.com/u>,\r\n <mailto:a@b.c>\r\n")
            != std::string::npos);
  CAF_CHECK(both.find("One-Click") != std::string::npos);
  const std::string far = "https://example.com/" + std::string(800, 'u');
  what.content.data = R"({"list_unsubscribe":[")" + far + "1\",\"" + far + "2\"]}";
  CAF_CHECK(mail_of(*mailer(), what).message.find("2>\r\nList-Unsubscribe-Post")
            != std::string::npos);
}

CAF_TEST(what cannot be sent safely is refused before anything is sent) {
  auto refuses = [](auto change, errc as = errc::invalid) {
    auto what = invoice();
    change(what);
    auto made = mailer()->compose(what, {});
    return !made && made.error().code == as;
  };
  for (const std::string to : {"", "nobody", "a@example.com\r\nRCPT TO:<b@evil>"})
    CAF_CHECK(refuses([&](delivery& x) { x.recipient = to; }, errc::not_found));
  CAF_CHECK(refuses([](delivery& x) { x.content.title = "hi\r\nBcc: evil@example.net"; }));
  CAF_CHECK(refuses([](delivery& x) {
    x.content.data = R"({"unsubscribe_url":"https://x\r\nBcc: evil@example.net"})";
  }));
  CAF_CHECK(refuses([](delivery& x) {
    x.content.data = R"({"unsubscribe_url":")" + std::string(1000, 'x') + R"("})";
  }));
}

CAF_TEST(a password in clear is a fault unless the host is this machine) {
  std::map<std::string, std::string> login{
    {"security", "none"}, {"username", "u"}, {"password", "p"}};
  CAF_CHECK_EQUAL(refused(login), texts{"/security"});
  for (auto host : {"localhost", "127.0.0.1", "127.8.8.8", "::1"}) {
    login["host"] = host;
    CAF_CHECK_EQUAL(refused(login), texts{});
  }
  for (auto host : {"127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "0x7f000001"}) {
    login["host"] = host;
    CAF_CHECK_EQUAL(refused(login), texts{"/security"});
  }
}

CAF_TEST(every wrong key is named) {
  CAF_CHECK_EQUAL(
    refused(
      {{"host", "a/b"}, {"port", "0"}, {"security", "ssl"}, {"from", "me"}, {"username", "u"}}),
    (texts{"/security", "/port", "/host", "/password", "/from"}));
  CAF_CHECK_EQUAL(refused({{"port", "65536"}}), texts{"/port"});
  CAF_CHECK_EQUAL(refused({{"from", ""}, {"username", "me@example.com"}, {"password", "p"}}),
                  texts{});
}

CAF_TEST(every reply of the vectors is classified by its command and its code) {
  auto aut = mailer();
  auto all = test::vectors("email", "classify/");
  CAF_CHECK(all.size() >= 11);
  for (auto& one : all) {
    CAF_MESSAGE(one["case"].get<std::string>());
    auto phase = one["input"]["phase"].get<std::string>();
    std::ranges::transform(phase, phase.begin(), [](unsigned char c) { return std::tolower(c); });
    if (phase == "data_end")
      phase = "message";
    auto reply = one["input"]["reply"].get<std::string>();
    auto came = judged(*aut, phase.c_str(), std::stoi(reply), reply.substr(4));
    CAF_CHECK_EQUAL(
      std::string{came.error_class == error_class::none ? "ok" : to_string(came.error_class)},
      one["expected"]["class"].get<std::string>());
    if (one["expected"].contains("provider_message_id"))
      CAF_CHECK_EQUAL(came.provider_message_id,
                      one["expected"]["provider_message_id"].get<std::string>());
  }
}

CAF_TEST(every row of the table of replies leads to its class) {
  struct row {
    const char* command;
    int code;
    const char* text;
    error_class wanted;
    int wait_s{0};
  };
  using enum error_class;
  auto aut = mailer();
  for (auto& x : std::initializer_list<row>{
         {"message", 250, "OK id=1rXyz-000", none},
         {"noop", 250, "2.0.0 OK", none},
         {"rcpt", 421, "4.7.0 Too many connections", rate_limited, 600},
         {"message", 421, "4.3.0 closing", transient},
         {"rcpt", 451, "4.7.1 Greylisting in action", transient, 300},
         {"rcpt", 450, "4.2.0 Recipient greylisted, come back", transient, 300},
         {"mail", 451, "4.7.1 sending rate exceeded", rate_limited, 600},
         {"message", 451, "4.3.0 operation separated", transient},
         {"mail", 455, "cannot", transient},
         {"auth", 454, "4.7.0 too many, try later", transient},
         {"auth", 534, "5.7.9 mechanism too weak", invalid_credentials},
         {"auth", 538, "5.7.11 encryption required", invalid_credentials},
         {"auth", 504, "unknown mechanism", invalid_credentials},
         {"starttls", 502, "the server offers no STARTTLS", invalid_credentials},
         {"rcpt", 550, "No such user", invalid_recipient},
         {"rcpt", 551, "User not local", invalid_recipient},
         {"rcpt", 550, "5.2.1 mailbox disabled", invalid_recipient},
         {"rcpt", 556, "5.1.10 null MX", invalid_recipient},
         {"rcpt", 501, "5.1.3 bad address", invalid_recipient},
         {"message", 550, "5.1.1 unknown user", invalid_recipient},
         {"rcpt", 554, "5.7.1 Relay access denied", invalid_credentials},
         {"rcpt", 554, "5.7.1 Client host [1.2.3.4] blocked", invalid_credentials},
         {"rcpt", 552, "5.2.2 mailbox full", transient, 3600},
         {"message", 552, "5.2.3 too large", invalid_request},
         {"mail", 552, "too big", invalid_request},
         {"message", 554, "5.7.1 spam", invalid_request},
         {"message", 554, "5.6.0 bad content", invalid_request},
         {"mail", 553, "5.7.1 not owned by user", invalid_credentials},
         {"mail", 503, "bad sequence", invalid_request},
         {"data", 503, "no valid recipients", invalid_request},
         {"ehlo", 500, "unrecognized", invalid_credentials},
         {"connect", 554, "5.7.1 your address is blocked", invalid_credentials},
         {"connect", 521, "no mail here", invalid_credentials},
         {"message", 354, "what?", transient},
       }) {
    CAF_MESSAGE(x.command << " " << x.code << " " << x.text);
    auto came = judged(*aut, x.command, x.code, x.text);
    CAF_CHECK_EQUAL(to_string(came.error_class), to_string(x.wanted));
    CAF_CHECK_EQUAL(came.wait.count(), 1000 * x.wait_s);
  }
  CAF_CHECK_EQUAL(judged(*aut, "message", 250, "OK id=1rXyz-000").provider_message_id, "1rXyz-000");
  CAF_CHECK_EQUAL(judged(*aut, "rcpt", 550, "5.1.1 gone").provider_code, "550 5.1.1");
  CAF_CHECK_EQUAL(judged(*aut, "rcpt", 550, "5.1.1 gone").excerpt, "rcpt: 5.1.1 gone");
}

CAF_TEST(any bytes are judged without an exception) {
  auto aut = mailer();
  for (auto text : {"", ".", "...", "5.", "\xff\xfe", "queued as ", "1.2.3.4", "5..1 x"})
    for (auto code : {0, 1, 250, 399, 450, 552, 599, 1000})
      judged(*aut, "", code, text);
}

CAF_TEST(a connection lost after the final dot says that the outcome is unknown) {
  auto came = mailer()->judge(transport_error{transport_failure::no_answer, "broken"}, {});
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
}

CAF_TEST(the credentials are tested without a message) {
  auto asked = mailer({{"username", "u"}, {"password", "p"}})->probe({});
  CAF_REQUIRE(asked.has_value());
  auto& mail = std::get<mail_request>(*asked);
  CAF_CHECK(mail.to.empty() && mail.message.empty());
  CAF_CHECK_EQUAL(mail.password, "p");
}

}  // namespace email_suite
