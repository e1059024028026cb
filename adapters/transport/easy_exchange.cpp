#include "adapters/transport/easy_exchange.hpp"

#include "protocol/codec/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

constexpr std::size_t body_max = 64 << 10;
constexpr std::size_t header_count_max = 100;

bool names_a_content_type(const http_request& what) {
  return std::ranges::any_of(what.headers, [](const auto& header) {
    return curl_strequal(header.first.c_str(), "content-type") != 0;
  });
}

}  // namespace

void easy_exchange::prepare(CURL* easy, const http_transport_options& how,
                            const address_guard* guard) {
  easy_ = easy;
  guard_ = guard;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(
    easy, CURLOPT_HTTP_VERSION,
    static_cast<long>(request_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  if (request_.http2)
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_PROXY, how.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Carillon");
  if (!how.ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, how.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &easy_exchange::on_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &easy_exchange::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &easy_exchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (guard_ != nullptr && how.proxy.empty()) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &easy_exchange::on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  }
  set_body(easy);
}

void easy_exchange::set_body(CURL* easy) {
  if (request_.method == "POST")
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
  else
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (request_.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
  }
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  if (!names_a_content_type(request_))  // else libcurl calls it a form
    lines = curl_slist_append(lines, "Content-Type:");
  for (auto& [name, value] : request_.headers)
    lines = curl_slist_append(lines, (name + ": " + value).c_str());
  headers_.reset(lines);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
}

int easy_exchange::on_request(void* self, char*, char*, int, int) {
  // A connection used again that breaks before a byte of the answer makes libcurl send the request
  // once more by itself, though the server may have acted on it.
  auto& x = *static_cast<easy_exchange*>(self);
  if (x.sent_bytes() > 0 && x.request_.method != "GET")
    return CURL_PREREQFUNC_ABORT;
  x.note_written();
  return CURL_PREREQFUNC_OK;
}

void easy_exchange::note_written() {
  const auto note = std::exchange(note_, nullptr);
  if (!note)
    return;
  // With TLS the other end has spoken before the request.
  long connections = 0;
  curl_off_t tls_after = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(easy_, CURLINFO_APPCONNECT_TIME_T, &tls_after);
  note(connections > 0 && tls_after == 0 ? peer::silent : peer::heard);
}

std::size_t easy_exchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& x = *static_cast<easy_exchange*>(self);
  std::string_view line{data, size * count};
  if (line.starts_with("HTTP/")) {
    x.came_.headers.clear();  // an interim answer came before
    return line.size();
  }
  auto colon = line.find(':');
  if (colon != std::string_view::npos && x.came_.headers.size() < header_count_max) {
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    x.came_.headers.emplace_back(std::move(name), codec::trimmed(line.substr(colon + 1)));
  }
  return line.size();
}

std::size_t easy_exchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& x = *static_cast<easy_exchange*>(self);
  auto bytes = size * count;
  auto room = body_max - x.came_.body.size();
  x.came_.body.append(data, std::min(bytes, room));
  x.full_ = bytes > room;
  return x.full_ ? 0 : bytes;  // a longer answer is cut and its connection dropped
}

curl_socket_t easy_exchange::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& x = *static_cast<easy_exchange*>(self);
  if (!x.guard_->allows(address->addr)) {
    x.refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void easy_exchange::finish(CURLcode code) {
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && full_)) {
    tell_(failure_of(code));
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  came_.status = static_cast<int>(status);
  tell_(std::move(came_));
}

void easy_exchange::fail(transport_failure what, std::string text) {
  tell_(transport_error{what, std::move(text)});
}

long easy_exchange::sent_bytes() const {
  long sent = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
  return sent;
}

transport_error easy_exchange::failure_of(CURLcode code) const {
  std::string text = curl_easy_strerror(code);
  if (refused_)
    return {transport_failure::refused, "the address may not be reached"};
  const auto sent = sent_bytes();
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {transport_failure::no_answer, "the connection was closed without an answer"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (sent > 0)
        return {transport_failure::no_answer, "the answer is no HTTP"};
      return {transport_failure::bad_url, text};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {transport_failure::resolve, text};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return {transport_failure::tls, text};
    case CURLE_OPERATION_TIMEDOUT:
      return {sent > 0 ? transport_failure::no_answer : transport_failure::timeout, text};
    default:
      return {sent > 0 ? transport_failure::no_answer : transport_failure::connect, text};
  }
}

}  // namespace carillon
