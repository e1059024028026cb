#include "adapters/plain_stream.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace carillon {
namespace {

/// Calls again where a signal came between.
template <class Call>
auto uninterrupted(Call call) {
  auto n = call();
  while (n < 0 && errno == EINTR)
    n = call();
  return n;
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

stream::progress plain_stream::read(std::span<char> into) {
  const auto n =
    uninterrupted([&] { return ::recv(socket_.native_handle(), into.data(), into.size(), 0); });
  if (n > 0)
    return {state::done, static_cast<std::size_t>(n)};
  if (n == 0)
    return {state::closed};
  return {would_block() ? state::want_read : state::failed};
}

stream::progress plain_stream::write(std::span<const iovec> from) {
  const auto n = uninterrupted([&] {
    // A single buffer is the usual push, and the kernel asks less of it.
    if (from.size() == 1)
      return ::send(socket_.native_handle(), from[0].iov_base, from[0].iov_len, MSG_NOSIGNAL);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from.data());
    message.msg_iovlen = from.size();
    return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  });
  if (n >= 0)
    return {state::done, static_cast<std::size_t>(n)};
  return {would_block() ? state::want_write : state::failed};
}

}  // namespace carillon
