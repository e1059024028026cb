#pragma once

#include "protocol/error.hpp"

#include <boost/asio/system_executor.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace carillon::commands {

/// A blocking byte stream to a node through libcurl, which brings names, TLS and the certificates'
/// verification; Beast's WebSocket runs on it as on a socket (SyncReadStream, SyncWriteStream).
class wire {
 public:
  /// Connects to the host of an http or https URL.
  static result<wire> connect(const std::string& url, const std::string& ca_file);

  using executor_type = boost::asio::system_executor;
  executor_type get_executor() const noexcept { return {}; }

  /// Host and port, for the `Host` header.
  const std::string& host() const noexcept { return host_; }

  template <class Buffers>
  std::size_t read_some(const Buffers& into, boost::system::error_code& ec) {
    for (auto buffer : boost::beast::buffers_range_ref(into))
      if (buffer.size() > 0)
        return receive(static_cast<char*>(buffer.data()), buffer.size(), ec);
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& into) {
    return checked([&](auto& ec) { return read_some(into, ec); });
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& from, boost::system::error_code& ec) {
    for (auto buffer : boost::beast::buffers_range_ref(from))
      if (buffer.size() > 0)
        return send(static_cast<const char*>(buffer.data()), buffer.size(), ec);
    return 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& from) {
    return checked([&](auto& ec) { return write_some(from, ec); });
  }

  /// Beast ends the connection with it.
  friend void teardown(boost::beast::role_type, wire& x, boost::system::error_code& ec) {
    x.curl_.reset();
    ec = {};
  }

 private:
  struct release {
    void operator()(void* handle) const;
  };

  template <class Function>
  static std::size_t checked(Function&& move) {
    boost::system::error_code ec;
    auto bytes = move(ec);
    if (ec)
      throw boost::system::system_error{ec};
    return bytes;
  }

  std::size_t receive(char* into, std::size_t size, boost::system::error_code& ec);
  std::size_t send(const char* from, std::size_t size, boost::system::error_code& ec);
  void wait(short what);

  std::unique_ptr<void, release> curl_;
  std::string host_;
};

}  // namespace carillon::commands
