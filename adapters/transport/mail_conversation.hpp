#pragma once

#include "adapters/transport/smtp.hpp"

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <string>

namespace carillon {

/// One `mail_request` on a libcurl easy handle, from the connection to the reply to the final dot.
class mail_conversation {
 public:
  /// `stopping` ends it early, within a second.
  mail_conversation(const mail_request& what, const smtp_transport_options& how,
                    const address_guard& guard, const std::atomic<bool>& stopping) noexcept
      : request_(what), how_(how), guard_(guard), stopping_(stopping) {}

  /// Speaks to the server and blocks until it is over. The handle keeps its connection for the next
  /// one; every other option of it is set anew.
  transport_result run(CURL* easy);

  /// True where it ran on a connection that was kept and had been closed meanwhile, as servers do
  /// with idle ones: DATA was not answered and nothing of the message sent, so it may be said once
  /// more on a new one.
  bool found_closed() const noexcept { return found_closed_; }

 private:
  using list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_message(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_talk(CURL* easy, curl_infotype kind, char* data, std::size_t size, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  list prepare(CURL* easy);
  void set_security(CURL* easy);
  void set_callbacks(CURL* easy);
  void said(std::string_view line);
  /// Hears a line of a reply; false where the server takes mail without the login that is wanted.
  bool hears(std::string_view line);
  bool was_closed(CURL* easy, CURLcode code, long last_reply) const;
  response reply(int code) const;
  transport_result failure_of(CURLcode code, int last_reply) const;

  const mail_request& request_;
  const smtp_transport_options& how_;
  const address_guard& guard_;
  const std::atomic<bool>& stopping_;
  /// What was said last and is being answered, and the answer's lines so far.
  std::string_view command_{"connect"};
  std::string text_{};
  std::size_t given_{0};
  bool data_answered_{false};
  bool all_given_{false};
  /// The conversation is over and its end not waited for: nothing more is of interest.
  bool quitting_{false};
  /// STARTTLS was said: what the server offers is told anew after it.
  bool starttls_{false};
  bool login_offered_{false};
  bool no_login_{false};
  bool refused_{false};
  bool found_closed_{false};
};

}  // namespace carillon
