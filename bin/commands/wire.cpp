#include "bin/commands/wire.hpp"

#include <boost/asio/error.hpp>

#include <curl/curl.h>
#include <poll.h>

namespace carillon::commands {

void wire::release::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

result<wire> wire::connect(const std::string& url, const std::string& ca_file) {
  wire to;
  to.curl_.reset(curl_easy_init());
  char reason[CURL_ERROR_SIZE] = "";
  auto* curl = to.curl_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  if (!ca_file.empty())
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
  auto code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK)
    return error{errc::unavailable, url + ": " + (*reason ? reason : curl_easy_strerror(code))};
  auto start = url.find("://") + 3;
  to.host_ = url.substr(start, url.find_first_of("/?", start) - start);
  return to;
}

void wire::wait(short what) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(curl_.get(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd ready{socket, what, 0};
  poll(&ready, 1, -1);
}

std::size_t wire::receive(char* into, std::size_t size, boost::system::error_code& ec) {
  for (;;) {
    std::size_t bytes = 0;
    auto code = curl_easy_recv(curl_.get(), into, size, &bytes);
    if (code == CURLE_AGAIN) {
      wait(POLLIN);
      continue;
    }
    if (code != CURLE_OK)
      ec = boost::asio::error::connection_reset;
    else if (bytes == 0)
      ec = boost::asio::error::eof;
    return bytes;
  }
}

std::size_t wire::send(const char* from, std::size_t size, boost::system::error_code& ec) {
  for (;;) {
    std::size_t bytes = 0;
    auto code = curl_easy_send(curl_.get(), from, size, &bytes);
    if (code == CURLE_AGAIN) {
      wait(POLLOUT);
      continue;
    }
    if (code != CURLE_OK)
      ec = boost::asio::error::connection_reset;
    return bytes;
  }
}

}  // namespace carillon::commands
