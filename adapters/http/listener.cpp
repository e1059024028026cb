#include "adapters/http/listener.hpp"

#include "adapters/http/http_connection.hpp"
#include "adapters/plain_stream.hpp"
#include "adapters/tls_stream.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <stdexcept>

namespace carillon::http {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Connections over the bound that are still told so; more are closed unanswered.
constexpr std::int64_t refused_politely = 256;
/// How many are taken before the shard's other sockets have a turn.
constexpr int takes_per_turn = 64;
/// After the process ran out of descriptors.
constexpr milliseconds pause_time{100};

std::int64_t fewest(const std::vector<std::shared_ptr<desk>>& desks, std::shared_ptr<desk>& best) {
  std::int64_t all = 0;
  for (const auto& at : desks) {
    all += at->on.sockets();
    if (!best || at->on.sockets() < best->on.sockets())
      best = at;
  }
  return all;
}

using acceptor = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;

[[noreturn]] void refuse(const std::string& host, std::uint16_t port, const error_code& why) {
  throw std::runtime_error{"cannot listen on " + host + ":" + std::to_string(port) + " ("
                           + why.message() + "); server.listen says where to"};
}

void bind_to(acceptor& one, const tcp::endpoint& at, error_code& ec) {
  one.open(at.protocol(), ec);
  if (!ec && at.protocol() == tcp::v6())
    one.set_option(boost::asio::ip::v6_only{true}, ec);
  if (!ec)
    one.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    one.bind(at, ec);
}

/// A socket on every address of the name, all with the same port; at least one.
std::vector<std::unique_ptr<acceptor>> bound_to(boost::asio::io_context& context,
                                                const std::string& host, std::uint16_t port) {
  error_code ec;
  tcp::resolver resolver{context};
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, ec);
  if (ec)
    refuse(host, port, ec);
  std::vector<std::unique_ptr<acceptor>> out;
  error_code missing;
  for (const auto& entry : found) {
    tcp::endpoint at = entry.endpoint();
    at.port(out.empty() ? port : out.front()->local_endpoint().port());
    auto one = std::make_unique<acceptor>(context);
    bind_to(*one, at, ec);
    if (ec == boost::asio::error::address_family_not_supported
        || ec == boost::system::errc::address_not_available) {
      missing = ec;  // a name may have addresses of a family this machine lacks
      continue;
    }
    if (ec)
      refuse(host, port, ec);
    out.push_back(std::move(one));
  }
  if (out.empty())
    refuse(host, port, missing);
  return out;
}

}  // namespace

void check_port(const std::string& host, std::uint16_t port) {
  boost::asio::io_context context;
  bound_to(context, host, port);
}

listener::listener(std::vector<std::shared_ptr<desk>> desks, std::shared_ptr<const tls_context> tls)
    : desks_(std::move(desks)), tls_(std::move(tls)), pause_(desks_.front()->on.context()) {}

void listener::open(const std::string& host, std::uint16_t port) {
  acceptors_ = bound_to(desks_.front()->on.context(), host, port);
  for (auto& one : acceptors_) {
    error_code ec;
    one->listen(tcp::acceptor::max_listen_connections, ec);
    if (!ec)
      one->non_blocking(true, ec);
    if (ec)
      refuse(host, port, ec);
  }
  port_ = acceptors_.front()->local_endpoint().port();
}

void listener::start() {
  desks_.front()->on.post([self = shared_from_this()] {
    for (auto& one : self->acceptors_)
      self->wait(*one);
  });
}

void listener::close() {
  error_code ignored;
  pause_.cancel();
  for (auto& one : acceptors_)
    one->close(ignored);
}

void listener::wait(acceptor& from) {
  from.async_wait(acceptor::wait_read, [self = shared_from_this(), &from](const error_code& ec) {
    if (!ec)
      self->take(from);
  });
}

void listener::take(acceptor& from) {
  for (int n = 0; n < takes_per_turn; ++n) {
    std::shared_ptr<desk> best;
    const auto open = fewest(desks_, best);
    error_code ec;
    auto socket = from.accept(best->on.context(), ec);
    if (!ec)
      serve(best, std::move(socket), open);
    else if (ec == boost::asio::error::would_block)
      break;
    else if (ec == boost::asio::error::no_descriptors
             || ec == boost::system::errc::too_many_files_open_in_system
             || ec == boost::asio::error::no_buffer_space || ec == boost::asio::error::no_memory) {
      spdlog::warn("no connection can be taken: {}", ec.message());
      pause_.expires_after(pause_time);
      pause_.async_wait([self = shared_from_this(), &from](const error_code& stopped) {
        if (!stopped)
          self->wait(from);
      });
      return;
    }
  }
  if (from.is_open())
    wait(from);
}

void listener::serve(const std::shared_ptr<desk>& at, stream::socket_type socket,
                     std::int64_t open) {
  const auto& options = at->at->options;
  const auto bound = options.max_connections + options.plain_connections;
  error_code ec;
  socket.non_blocking(true, ec);
  socket.set_option(tcp::no_delay{true}, ec);
  if (ec || open >= bound + refused_politely)
    return;
  at->on.post([at, tls = tls_, socket = std::move(socket), seat = at->on.take_seat(),
               full = open >= bound]() mutable {
    stream_ptr over;
    if (tls)
      over = std::make_unique<tls_stream>(std::move(socket), *tls);
    else
      over = std::make_unique<plain_stream>(std::move(socket));
    at->open(std::move(over), std::move(seat), full);
  });
}

}  // namespace carillon::http
