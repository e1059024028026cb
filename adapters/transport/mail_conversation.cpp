#include "adapters/transport/mail_conversation.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace carillon {

namespace {

constexpr std::size_t reply_max = 4096;

std::string url_of(const mail_request& what) {
  std::string out = what.security == mail_security::tls ? "smtps://" : "smtp://";
  auto is_v6 = what.host.find(':') != std::string::npos && !what.host.starts_with('[');
  out.append(is_v6 ? "[" + what.host + "]" : what.host);
  return out.append(":").append(std::to_string(what.port));
}

}  // namespace

mail_conversation::list mail_conversation::prepare(CURL* easy) {
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, url_of(request_).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 1L);
  set_security(easy);
  set_callbacks(easy);
  if (request_.to.empty()) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return {nullptr, curl_slist_free_all};
  }
  list to{curl_slist_append(nullptr, ("<" + request_.to + ">").c_str()), curl_slist_free_all};
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + request_.from + ">").c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                   static_cast<curl_off_t>(request_.message.size()));
  return to;
}

void mail_conversation::set_security(CURL* easy) {
  if (request_.security == mail_security::starttls)
    curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  auto& trusted = request_.ca_file.empty() ? how_.ca_file : request_.ca_file;
  if (!trusted.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, trusted.c_str());
  if (!request_.username.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, request_.username.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request_.password.c_str());
    curl_easy_setopt(easy, CURLOPT_SASL_IR, 1L);
  }
  if (request_.guarded) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &mail_conversation::on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  }
}

void mail_conversation::set_callbacks(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &mail_conversation::on_reply);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &mail_conversation::on_message);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &mail_conversation::on_body);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &mail_conversation::on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
  // The only way to hear which command a reply belongs to.
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, &mail_conversation::on_talk);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, this);
}

std::size_t mail_conversation::on_reply(char* data, std::size_t size, std::size_t count,
                                        void* self) {
  auto& x = *static_cast<mail_conversation*>(self);
  std::string_view line{data, size * count};
  while (line.ends_with('\n') || line.ends_with('\r'))
    line.remove_suffix(1);
  if (!x.hears(line))
    return 0;  // libcurl would go on without
  x.data_answered_ = x.data_answered_ || x.command_ == "data";
  line.remove_prefix(std::min<std::size_t>(line.size(), 4));  // the code and its divider
  if (!x.quitting_ && x.text_.size() + line.size() < reply_max)
    x.text_.append(x.text_.empty() ? "" : "\n").append(line);
  return size * count;
}

bool mail_conversation::hears(std::string_view line) {
  const bool before_tls = request_.security == mail_security::starttls && !starttls_;
  if (request_.username.empty() || command_ != "ehlo" || before_tls || !line.starts_with("250"))
    return true;
  const auto offer = line.substr(std::min<std::size_t>(line.size(), 4));
  login_offered_ = login_offered_ || offer == "AUTH" || offer.starts_with("AUTH ");
  no_login_ = !line.starts_with("250-") && !login_offered_;
  return !no_login_;
}

std::size_t mail_conversation::on_message(char* data, std::size_t size, std::size_t count,
                                          void* self) {
  auto& x = *static_cast<mail_conversation*>(self);
  auto bytes = std::min(size * count, x.request_.message.size() - x.given_);
  std::memcpy(data, x.request_.message.data() + x.given_, bytes);
  x.given_ += bytes;
  if (x.given_ == x.request_.message.size()) {
    x.all_given_ = true;
    x.command_ = "message";
    x.text_.clear();
  }
  return bytes;
}

std::size_t mail_conversation::on_body(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

int mail_conversation::on_talk(CURL*, curl_infotype kind, char* data, std::size_t size,
                               void* self) {
  if (kind == CURLINFO_HEADER_OUT)
    static_cast<mail_conversation*>(self)->said({data, size});
  return 0;
}

void mail_conversation::said(std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> known{{
    {"EHLO", "ehlo"},
    {"HELO", "ehlo"},
    {"STARTTLS", "starttls"},
    {"AUTH", "auth"},
    {"MAIL", "mail"},
    {"RCPT", "rcpt"},
    {"DATA", "data"},
    {"NOOP", "noop"},
  }};
  quitting_ = quitting_ || line.starts_with("QUIT");
  if (quitting_)
    return;
  text_.clear();
  starttls_ = starttls_ || line.starts_with("STARTTLS");
  for (auto& [verb, name] : known)
    if (line.starts_with(verb)) {
      command_ = name;
      return;
    }
}

int mail_conversation::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& x = *static_cast<mail_conversation*>(self);
  return x.quitting_ || x.stopping_ ? 1 : 0;
}

curl_socket_t mail_conversation::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& x = *static_cast<mail_conversation*>(self);
  if (!x.guard_.allows(address->addr)) {
    x.refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

transport_result mail_conversation::run(CURL* easy) {
  if (request_.security == mail_security::none && !request_.username.empty()
      && !is_loopback(request_.host))
    return transport_error{transport_failure::tls, "no login is sent in clear"};
  auto to = prepare(easy);
  auto code = curl_easy_perform(easy);
  long last_reply = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &last_reply);
  auto out = code == CURLE_OK ? transport_result{reply(static_cast<int>(last_reply))}
                              : failure_of(code, static_cast<int>(last_reply));
  found_closed_ = was_closed(easy, code, last_reply);
  curl_easy_reset(easy);  // it outlives what its options point to
  return out;
}

bool mail_conversation::was_closed(CURL* easy, CURLcode code, long last_reply) const {
  long opened = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
  if (opened > 0 || data_answered_)
    return false;
  const bool lost =
    code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
  return last_reply == 421 || (lost && last_reply < 400);
}

response mail_conversation::reply(int code) const {
  return {.status = code, .headers = {{"command", std::string{command_}}}, .body = text_};
}

transport_result mail_conversation::failure_of(CURLcode code, int last_reply) const {
  std::string text = curl_easy_strerror(code);
  if (refused_)
    return transport_error{transport_failure::refused, "the address may not be reached"};
  if (no_login_)
    return response{504, {{"command", "auth"}}, "the server offers no way to log in"};
  if (last_reply >= 400)
    return reply(last_reply);
  switch (code) {
    case CURLE_USE_SSL_FAILED:
      return response{502, {{"command", "starttls"}}, "the server offers no STARTTLS"};
    case CURLE_LOGIN_DENIED:
      return response{
        504, {{"command", "auth"}}, "the server offers no way to log in that is known"};
    case CURLE_URL_MALFORMAT:
      return transport_error{transport_failure::bad_url, text};
    case CURLE_COULDNT_RESOLVE_HOST:
      return transport_error{transport_failure::resolve, text};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return transport_error{transport_failure::tls, text};
    case CURLE_ABORTED_BY_CALLBACK:
      return transport_error{transport_failure::cancelled, "the node is stopping"};
    case CURLE_OPERATION_TIMEDOUT:
      return transport_error{all_given_ ? transport_failure::no_answer : transport_failure::timeout,
                             text};
    default:
      return transport_error{all_given_ ? transport_failure::no_answer : transport_failure::connect,
                             text};
  }
}

}  // namespace carillon
