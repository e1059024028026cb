#pragma once

#include "adapters/transport/http.hpp"

#include <curl/curl.h>

#include <memory>
#include <string>

namespace carillon {

/// One exchange on a libcurl easy handle, which outlives it and is used again. It must not move
/// while libcurl works on it.
class easy_exchange {
 public:
  easy_exchange(http_request what, transport::done tell, transport::written note) noexcept
      : request_(std::move(what)), tell_(std::move(tell)), note_(std::move(note)) {}

  /// Sets every option; `guard` is null for requests that need none.
  void prepare(CURL* easy, const http_transport_options& how, const address_guard* guard);

  /// Reads how libcurl ended it and tells.
  void finish(CURLcode code);

  /// Tells of a failure without an exchange.
  void fail(transport_failure what, std::string text);

  const std::string& url() const noexcept { return request_.url; }

 private:
  static int on_request(void* self, char*, char*, int, int);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void set_body(CURL* easy);
  void note_written();
  long sent_bytes() const;
  transport_error failure_of(CURLcode code) const;

  http_request request_;
  transport::done tell_;
  transport::written note_;
  response came_;
  CURL* easy_{nullptr};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr,
                                                                       curl_slist_free_all};
  const address_guard* guard_{nullptr};
  bool refused_{false};
  bool full_{false};
};

}  // namespace carillon
