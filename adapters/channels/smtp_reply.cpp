// What SMTP replies mean: RFC 5321 4.2, RFC 3463, RFC 4954 and the wording of common servers.

#include "adapters/channels/smtp_reply.hpp"

#include "adapters/channels/judgement.hpp"

#include <algorithm>
#include <cctype>

namespace carillon::channels {

namespace {

// Greylisting servers take a second try after five minutes; limits on senders last longer.
constexpr milliseconds greylisted = std::chrono::minutes{5};
constexpr milliseconds too_many = std::chrono::minutes{10};
constexpr milliseconds mailbox_full = std::chrono::hours{1};

struct mail_verdict {
  error_class what;
  milliseconds wait{0};
  bool own{false};
};

constexpr mail_verdict no_login{error_class::invalid_credentials};
constexpr mail_verdict nobody{error_class::invalid_recipient};
constexpr mail_verdict no_message{error_class::invalid_request};
constexpr mail_verdict try_again{error_class::transient};

/// A reply taken apart: its code, its enhanced status code where it has one, its words in lower
/// case and the command it answers.
struct reply {
  int code{0};
  std::string enhanced{};
  std::string words{};
  std::string_view command{};

  bool says(std::string_view word) const { return words.find(word) != std::string::npos; }
  bool status(std::string_view begin) const { return enhanced.starts_with(begin); }
  bool in(std::initializer_list<int> codes) const {
    return std::ranges::find(codes, code) != codes.end();
  }
};

/// `X.Y.Z` at the beginning of a reply's text, else nothing.
std::string enhanced_of(std::string_view text) {
  auto end = text.find_first_not_of("0123456789.");
  auto status = text.substr(0, end);
  auto is_one = std::ranges::count(status, '.') == 2 && !status.starts_with('.')
                && !status.ends_with('.') && status.find("..") == std::string_view::npos;
  return is_one ? std::string{status} : std::string{};
}

reply reply_of(const response& came) {
  reply out{.code = came.status,
            .enhanced = enhanced_of(came.body),
            .words = came.body,
            .command = came.header("command")};
  std::ranges::transform(out.words, out.words.begin(), [](unsigned char c) {
    return static_cast<char>(c < 128 ? std::tolower(c) : c);
  });
  return out;
}

bool is_limit(const reply& x) {
  return x.says("too many") || x.says(" rate") || x.says("throttl") || x.says("limit exceeded")
         || x.says("quota exceeded for sending");
}

mail_verdict temporary(const reply& x) {
  if (x.says("greylist") || x.says("graylist"))
    return {error_class::transient, greylisted, true};
  if (x.code != 454 && is_limit(x))
    return {error_class::rate_limited, too_many};
  return try_again;
}

bool is_about_login(const reply& x) {
  return x.in({530, 534, 535, 538}) || x.status("5.7.8") || x.status("5.7.9") || x.command == "auth"
         || x.command == "starttls";
}

bool is_about_mailbox(const reply& x) {
  return x.code == 556 || x.status("5.1.1") || x.status("5.1.2") || x.status("5.1.3")
         || x.status("5.1.6") || x.status("5.2.1");
}

/// 552 says too much of either: the mailbox is full, or this message does not fit.
mail_verdict exceeded(const reply& x) {
  auto full = x.status("5.2.2") || (x.enhanced.empty() && x.command == "rcpt");
  return full ? mail_verdict{error_class::transient, mailbox_full, true} : no_message;
}

mail_verdict permanent(const reply& x) {
  if (is_about_login(x))
    return no_login;
  if (is_about_mailbox(x))
    return nobody;
  if (x.code == 552)
    return exceeded(x);
  if (x.command == "connect" || x.command == "ehlo")
    return no_login;
  if (x.in({500, 502, 503, 504, 555}))
    return no_message;
  if (x.command == "mail")
    return x.in({550, 551, 553, 554}) || x.status("5.1.7") || x.status("5.1.8") ? no_login
                                                                                : no_message;
  if (x.command == "rcpt") {
    auto sender_refused = x.says("relay") || x.says("blocked") || x.says("client host");
    return sender_refused ? no_login : nobody;
  }
  return no_message;
}

mail_verdict verdict_of(const reply& x) {
  if (x.code >= 500)
    return permanent(x);
  if (x.code >= 400)
    return temporary(x);
  auto done = x.code / 100 == 2 && (x.command == "message" || x.command == "noop");
  return done ? mail_verdict{error_class::none} : try_again;
}

/// The id under which the server queued the message, as the common ones say it.
std::string queue_id(std::string_view text) {
  for (std::string_view mark : {"queued as ", "id="})
    if (auto at = text.find(mark); at != std::string_view::npos) {
      auto rest = text.substr(at + mark.size());
      return std::string{rest.substr(0, rest.find_first_of(" \r\n,;)"))};
    }
  return {};
}

}  // namespace

outcome judge_mail(const response& came) {
  auto said = reply_of(came);
  auto means = verdict_of(said);
  outcome out{.error_class = means.what,
              .provider_code = std::to_string(came.status),
              .excerpt = excerpt(came.body),
              .wait = means.wait,
              .wait_is_own = means.own};
  if (!said.enhanced.empty())
    out.provider_code += " " + said.enhanced;
  if (means.what == error_class::none)
    out.provider_message_id = queue_id(came.body);
  else if (!said.command.empty())
    out.excerpt = std::string{said.command} + ": " + out.excerpt;
  return out;
}

}  // namespace carillon::channels
