#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <span>

namespace carillon {

/// A non-blocking byte stream over one TCP socket: plain, or TLS. It never waits: where it cannot
/// go on it says which readiness of the socket to wait for. For the thread of its shard only.
class stream {
 public:
  using executor = boost::asio::io_context::executor_type;
  using socket_type = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

  enum class state : std::uint8_t {
    done,        ///< `bytes` were moved (at least one), or the handshake is complete
    want_read,   ///< wait until the socket is readable, then call again
    want_write,  ///< wait until the socket is writable, then call again
    closed,      ///< the peer ended the stream in order
    failed,      ///< reset, or a TLS error
  };

  struct progress {
    state what{state::done};
    std::size_t bytes{0};
  };

  explicit stream(socket_type socket) : socket_(std::move(socket)) {}
  virtual ~stream() = default;

  /// Must be `done` before anything is read or written; at once for a plain stream.
  virtual progress handshake() = 0;
  virtual progress read(std::span<char> into) = 0;
  /// One gathered write of at most 64 buffers.
  virtual progress write(std::span<const iovec> from) = 0;
  /// Tells the peer that nothing follows what was written; it may still be read from.
  virtual void finish() {
    boost::system::error_code ignored;  // the peer may be gone already
    socket_.shutdown(socket_type::shutdown_send, ignored);
  }
  /// True where bytes wait inside (decrypted, not yet read), so that waiting for the socket would
  /// miss them.
  virtual bool has_pending() const { return false; }
  /// How many bytes of an unfinished write must be at the front of the next one (a TLS record
  /// once made is sent); 0 for a plain stream.
  virtual std::size_t pinned() const { return 0; }
  virtual bool encrypted() const { return false; }

  socket_type& socket() noexcept { return socket_; }

  /// Goes on in another loop; nothing may be waiting for the socket. False where it broke on the
  /// way. On the thread of its loop, and from then on for the thread of the other.
  bool move_to(boost::asio::io_context& other) {
    boost::system::error_code failed;
    const auto end = socket_.local_endpoint(failed);
    if (failed)
      return false;
    const auto handle = socket_.release(failed);
    if (failed)
      return false;
    socket_type moved{other};
    moved.assign(end.protocol(), handle, failed);
    if (failed) {
      ::close(handle);
      return false;
    }
    moved.non_blocking(true, failed);
    socket_ = std::move(moved);
    return !failed;
  }

 protected:
  socket_type socket_;
};

using stream_ptr = std::unique_ptr<stream>;

}  // namespace carillon
