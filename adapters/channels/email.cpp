// E-mail over SMTP submission (RFC 5321, 6409, 8314) with enhanced status codes (RFC 3463).

#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/mime.hpp"
#include "adapters/channels/smtp_reply.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace email {

namespace {

constexpr std::size_t unsubscribe_max = 900;  // a header's line has at most 998

std::string in_angles(std::string text) {
  return text.empty() || text.starts_with('<') ? text : "<" + text + ">";
}

/// The value of List-Unsubscribe that the data asks for: a URL or a list of some, or several in
/// angle brackets with commas between.
std::string unsubscribe_of(const content& words) {
  const auto data = object_in(words.data);
  std::string out;
  for (const auto& one : texts_in(data, "list_unsubscribe"))
    out.append(out.empty() ? "" : ", ").append(in_angles(one));
  for (const auto* name : {"list_unsubscribe", "unsubscribe_url"})
    if (out.empty())
      out = in_angles(text_in(data, name));
  return out;
}

/// Of what is folded after its commas, the longest line.
std::size_t longest_line(std::string_view unsubscribe) {
  std::size_t longest = 0;
  while (!unsubscribe.empty()) {
    const auto size = std::min(unsubscribe.find(", "), unsubscribe.size());
    longest = std::max(longest, size);
    unsubscribe.remove_prefix(std::min(size + 2, unsubscribe.size()));
  }
  return longest;
}

class email_channel final : public channel {
 public:
  email_channel(mail_request server, mail_address from)
      : server_(std::move(server)), from_(std::move(from)) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    auto to = parse_mail_address(what.recipient);
    if (!to)
      return error{errc::not_found, "the recipient is not an e-mail address"};
    auto& words = what.content;
    mime::message letter{.from = from_,
                         .to = *to,
                         .subject = words.title,
                         .date = at.now,
                         .id = to_text(what.id) + "@" + std::string{from_.domain()},
                         .text = words.text,
                         .html = words.html.empty() ? mime::html_of(words.text) : words.html,
                         .unsubscribe = unsubscribe_of(words)};
    if (longest_line(letter.unsubscribe) > unsubscribe_max)
      return error{errc::invalid, "the URL to unsubscribe at is too long"};
    auto message = mime::write(letter);
    if (!message)
      return message.error();
    auto out = server_;
    out.from = from_.address;
    out.to = to->address;
    out.message = std::move(*message);
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp) const override {
    if (auto failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    return judge_mail(std::get<response>(came));
  }

  result<request> probe(const stamp&) const override { return request{server_}; }

 private:
  mail_request server_;
  mail_address from_;
};

/// What stands in the keys, and what is wrong with it.
class reader {
 public:
  explicit reader(const channel_settings& settings) : settings_(settings) {}

  mail_request server() {
    mail_request out{.host = text("host"),
                     .security = security(),
                     .username = text("username"),
                     .password = text("password"),
                     .ca_file = text("ca_file"),
                     .timeout = settings_.timeout};
    out.port = port(out.security);
    if (out.host.empty() || out.host.find_first_of("/@?# \t\r\n") != std::string::npos)
      wrong("host", "is not the name of a host");
    if (out.security == mail_security::none && !out.password.empty() && !is_loopback(out.host))
      wrong("security", "none would send the password in clear; use starttls or tls");
    if (out.username.empty() != out.password.empty())
      wrong(out.username.empty() ? "username" : "password", "is missing beside the other");
    return out;
  }

  mail_address from() {
    const auto given = text("from");
    auto found = parse_mail_address(given.empty() ? text("username") : given);
    if (!found)
      wrong("from", "is not an e-mail address, alone or as Name <address>");
    return found.value_or(mail_address{});
  }

  std::vector<fault> faults{};

 private:
  std::string text(std::string_view key) const { return key_of(settings_, key); }

  void wrong(std::string_view key, std::string_view what) {
    faults.push_back(wrong_key(key, what).faults.front());
  }

  mail_security security() {
    const auto word = text("security");
    if (word == "tls")
      return mail_security::tls;
    if (word == "none")
      return mail_security::none;
    if (!word.empty() && word != "starttls")
      wrong("security", "must be one of: starttls tls none");
    return mail_security::starttls;
  }

  std::uint16_t port(mail_security security) {
    constexpr std::array<std::uint16_t, 3> usual{465, 587, 25};
    const auto given = integer_of(settings_, "port", usual[static_cast<std::size_t>(security)]);
    if (given && *given > 0 && *given <= 65535)
      return static_cast<std::uint16_t>(*given);
    wrong("port", "must be from 1 to 65535");
    return 0;
  }

  const channel_settings& settings_;
};

result<channel_ptr> make(const channel_settings& settings) {
  reader keys{settings};
  auto server = keys.server();
  auto from = keys.from();
  if (!keys.faults.empty())
    return error{errc::invalid, "the mail server's settings are wrong", std::move(keys.faults)};
  return channel_ptr{std::make_shared<email_channel>(std::move(server), std::move(from))};
}

}  // namespace

}  // namespace email

channel_type email_type() {
  return {
    .name = "email",
    .doc = "E-mail through an SMTP server.",
    .defaults = {.rate = rate_limit{.count = 15, .per = seconds{1}, .burst = 10},
                 .concurrency = 4,
                 .timeout = std::chrono::minutes{1}},
    .keys = {{"host", true, false, "the mail server"},
             {"port", false, false, "587, or 465 with tls and 25 with none"},
             {"security", false, false, "starttls (the default) and tls must succeed; or none"},
             {"username", false, false, "where the server wants one"},
             {"password", false, true, "never sent in clear but to loopback"},
             {"from", false, false, "name@example.com or Name <name@example.com>; else username"},
             {"ca_file", false, false, "certificates to trust for this server alone"}},
    .make = email::make,
  };
}

}  // namespace carillon::channels
