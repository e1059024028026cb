#pragma once

#include "adapters/stream.hpp"
#include "protocol/error.hpp"

#include <memory>
#include <string>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace carillon {

/// A server's certificate and key, ready for connections; replaced as a whole on reload.
class tls_context {
 public:
  /// Reads PEM files; the error says which cannot be used and why.
  static result<std::shared_ptr<tls_context>> load(const std::string& certificate_file,
                                                   const std::string& key_file);
  explicit tls_context(SSL_CTX* owned) noexcept : ctx_(owned) {}
  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  SSL_CTX* get() const noexcept { return ctx_; }

 private:
  SSL_CTX* ctx_;
};

/// TLS 1.2 or 1.3 as the server, straight on the socket. The process must ignore SIGPIPE.
class tls_stream final : public stream {
 public:
  tls_stream(socket_type socket, const tls_context& with);
  ~tls_stream() override;

  progress handshake() override;
  progress read(std::span<char> into) override;
  progress write(std::span<const iovec> from) override;
  void finish() override;
  bool has_pending() const override;
  bool encrypted() const override { return true; }
  std::size_t pinned() const override { return pinned_; }

 private:
  progress judge(int returned);

  SSL* ssl_;
  std::size_t pinned_ = 0;
};

}  // namespace carillon
