#include "adapters/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace carillon {
namespace {

/// The most a TLS record carries; longer writes would be cut there anyway.
constexpr std::size_t record_size = 16 << 10;

/// The oldest reason in this thread's error queue, which is emptied.
std::string last_reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text != nullptr ? text : "unknown error";
}

}  // namespace

result<std::shared_ptr<tls_context>> tls_context::load(const std::string& certificate_file,
                                                       const std::string& key_file) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_server_method());
  if (ctx == nullptr)
    throw std::bad_alloc{};
  auto made = std::make_shared<tls_context>(ctx);
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                             | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                          | SSL_MODE_RELEASE_BUFFERS);
  // Resumption goes by tickets; a cache of sessions would only hold memory.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(ctx, certificate_file.c_str()) != 1)
    return error{errc::invalid, "certificate " + certificate_file + ": " + last_reason()};
  if (SSL_CTX_use_PrivateKey_file(ctx, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return error{errc::invalid, "key " + key_file + ": " + last_reason()};
  if (SSL_CTX_check_private_key(ctx) != 1)
    return error{errc::invalid, "key " + key_file + " does not belong to the certificate"};
  return made;
}

tls_context::~tls_context() {
  SSL_CTX_free(ctx_);
}

tls_stream::tls_stream(socket_type socket, const tls_context& with)
    : stream(std::move(socket)), ssl_(SSL_new(with.get())) {
  if (ssl_ == nullptr || SSL_set_fd(ssl_, static_cast<int>(socket_.native_handle())) != 1)
    throw std::bad_alloc{};
  SSL_set_accept_state(ssl_);
}

tls_stream::~tls_stream() {
  SSL_free(ssl_);
}

stream::progress tls_stream::handshake() {
  ERR_clear_error();
  return judge(SSL_do_handshake(ssl_));
}

stream::progress tls_stream::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t n = 0;
  if (SSL_read_ex(ssl_, into.data(), into.size(), &n) == 1)
    return {state::done, n};
  return judge(0);
}

stream::progress tls_stream::write(std::span<const iovec> from) {
  // Small frames are joined so that they share a record.
  thread_local std::array<char, record_size> joined;
  std::size_t size = 0;
  for (const auto& part : from) {
    const auto n = std::min(part.iov_len, joined.size() - size);
    std::memcpy(joined.data() + size, part.iov_base, n);
    size += n;
  }
  if (size == 0)
    return {};
  ERR_clear_error();
  std::size_t n = 0;
  if (SSL_write_ex(ssl_, joined.data(), size, &n) == 1) {
    pinned_ = 0;
    return {state::done, n};
  }
  const auto stopped = judge(0);
  if (stopped.what == state::want_write && pinned_ == 0)
    pinned_ = size;
  return stopped;
}

void tls_stream::finish() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_))
    SSL_shutdown(ssl_);
  ERR_clear_error();
  stream::finish();
}

bool tls_stream::has_pending() const {
  return SSL_pending(ssl_) > 0;
}

stream::progress tls_stream::judge(int returned) {
  if (returned == 1)
    return {};
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ:
      return {state::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {state::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {state::closed};
    default:
      return {state::failed};
  }
}

}  // namespace carillon
