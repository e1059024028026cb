#include "tests/adapters/live/loopback.hpp"

#include "adapters/plain_stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <poll.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <type_traits>

namespace carillon::live {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

const auto localhost = asio::ip::address_v4::loopback();

}  // namespace

// -- the client -------------------------------------------------------------------------------

class websocket_client::wire {
 public:
  virtual ~wire() = default;
  virtual void send(std::string_view bytes, bool binary) = 0;
  virtual void send_part(std::string_view text, bool last) = 0;
  virtual void ping(std::string_view payload) = 0;
  virtual std::string read() = 0;
  virtual int close(int code) = 0;
  virtual void write_raw(std::string_view bytes) = 0;
  virtual std::string read_raw() = 0;
  virtual void finish_raw() = 0;

  websocket::response_type answer;
  std::vector<std::string> controls;

 protected:
  asio::io_context context_;
};

template <class Next>
class websocket_client::wire_over final : public wire {
 public:
  template <class... More>
  wire_over(std::uint16_t port, const options& with, More&... more) : ws_(context_, more...) {
    auto& socket = boost::beast::get_lowest_layer(ws_);
    socket.open(tcp::v4());
    if (with.receive_buffer > 0)
      socket.set_option(asio::socket_base::receive_buffer_size(with.receive_buffer));
    socket.connect({localhost, port});
    if constexpr (!std::is_same_v<Next, tcp::socket>)
      ws_.next_layer().handshake(asio::ssl::stream_base::client);
    ws_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!with.protocol.empty())
        request.set(http::field::sec_websocket_protocol, with.protocol);
    }));
    ws_.control_callback([this](websocket::frame_type kind, boost::beast::string_view payload) {
      const auto* name = kind == websocket::frame_type::ping   ? "ping "
                         : kind == websocket::frame_type::pong ? "pong "
                                                               : "close ";
      controls.push_back(name + std::string{payload});
    });
    ws_.handshake(answer, "localhost", with.target);
  }

  void send(std::string_view bytes, bool binary) override {
    ws_.binary(binary);
    ws_.write(asio::buffer(bytes));
  }
  void send_part(std::string_view text, bool last) override {
    ws_.write_some(last, asio::buffer(text));
  }
  void ping(std::string_view payload) override { ws_.ping({payload.data(), payload.size()}); }

  std::string read() override {
    boost::beast::flat_buffer buffer;
    boost::system::error_code failed;
    ws_.read(buffer, failed);
    if (!failed)
      return boost::beast::buffers_to_string(buffer.data());
    if (failed == websocket::error::closed)
      return "closed " + std::to_string(ws_.reason().code) + " "
             + std::string{ws_.reason().reason.c_str()};
    return "lost";
  }

  int close(int code) override {
    ws_.close(static_cast<websocket::close_code>(code));
    return ws_.reason().code;
  }

  void write_raw(std::string_view bytes) override {
    boost::system::error_code ignored;  // the engine may have closed on us
    asio::write(ws_.next_layer(), asio::buffer(bytes), ignored);
  }

  std::string read_raw() override {
    std::array<unsigned char, 10> head;
    boost::system::error_code failed;
    const auto take = [&](void* into, std::size_t n) {
      if (!failed)
        asio::read(ws_.next_layer(), asio::buffer(into, n), failed);
    };
    take(head.data(), 2);
    std::size_t size = failed ? 0 : head[1];
    if (size >= 126) {
      const std::size_t wide = size == 126 ? 2 : 8;
      take(head.data() + 2, wide);
      size = 0;
      for (std::size_t i = 0; i < wide; ++i)
        size = size << 8 | head[2 + i];
    }
    std::string payload(size, '\0');
    if (size > 0)
      take(payload.data(), size);
    return failed ? "lost" : std::to_string(head[0] & 0x0f) + ":" + payload;
  }

  void finish_raw() override {
    boost::beast::get_lowest_layer(ws_).shutdown(tcp::socket::shutdown_send);
  }

 private:
  websocket::stream<Next> ws_;
};

websocket_client::websocket_client(std::uint16_t port, const options& with) {
  if (with.tls) {
    static asio::ssl::context any_server{asio::ssl::context::tls_client};
    wire_ = std::make_unique<wire_over<asio::ssl::stream<tcp::socket>>>(port, with, any_server);
  } else {
    wire_ = std::make_unique<wire_over<tcp::socket>>(port, with);
  }
}

websocket_client::~websocket_client() = default;

std::string websocket_client::answered(std::string_view header) const {
  return std::string{wire_->answer[{header.data(), header.size()}]};
}

void websocket_client::send(std::string_view text) {
  wire_->send(text, false);
}

void websocket_client::send_binary(std::string_view bytes) {
  wire_->send(bytes, true);
}

void websocket_client::send_fragments(const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    wire_->send_part(parts[i], i + 1 == parts.size());
}

void websocket_client::ping(std::string_view payload) {
  wire_->ping(payload);
}

std::string websocket_client::read() {
  return wire_->read();
}

const std::vector<std::string>& websocket_client::controls() const {
  return wire_->controls;
}

int websocket_client::close(int code) {
  return wire_->close(code);
}

void websocket_client::write_raw(std::string_view bytes) {
  wire_->write_raw(bytes);
}

std::string websocket_client::read_raw() {
  return wire_->read_raw();
}

void websocket_client::finish_raw() {
  wire_->finish_raw();
}

// -- the engine's end -------------------------------------------------------------------------

struct loopback::listener {
  asio::io_context context;
  tcp::acceptor acceptor{context, {localhost, 0}};
};

loopback::loopback(shard& on, live_services_ptr with, std::shared_ptr<tls_context> tls)
    : shard_(on),
      services_(std::move(with)),
      tls_(std::move(tls)),
      listener_(std::make_unique<listener>()) {}

loopback::~loopback() = default;

std::uint16_t loopback::port() const {
  return listener_->acceptor.local_endpoint().port();
}

std::unique_ptr<websocket_client> loopback::connect(websocket_client::options with,
                                                    const tweak& change) {
  with.tls = tls_ != nullptr;
  std::thread engine{[&] { serve(change); }};
  struct joiner {
    std::thread& thread;
    ~joiner() { thread.join(); }
  } wait{engine};
  return std::make_unique<websocket_client>(port(), with);
}

/// Takes one client as the HTTP server would, then hands it over.
void loopback::serve(const tweak& change) {
  stream::socket_type socket{shard_.context()};
  listener_->acceptor.accept(socket);
  socket.non_blocking(true);
  const auto fd = socket.native_handle();
  stream_ptr over = tls_ ? stream_ptr{std::make_unique<tls_stream>(std::move(socket), *tls_)}
                         : stream_ptr{std::make_unique<plain_stream>(std::move(socket))};
  const auto finish = [&](auto step) {
    for (;;) {
      const auto done = step();
      if (done.what == stream::state::done)
        return done.bytes;
      if (done.what == stream::state::closed || done.what == stream::state::failed)
        throw std::runtime_error("the client is gone");
      pollfd ready{fd, static_cast<short>(done.what == stream::state::want_read ? POLLIN : POLLOUT),
                   0};
      ::poll(&ready, 1, 10000);
    }
  };
  finish([&] { return over->handshake(); });
  http::request_parser<http::string_body> parser;
  std::string bytes;
  std::array<char, 4096> part;
  boost::system::error_code failed;
  while (!parser.is_done()) {
    bytes.append(part.data(), finish([&] { return over->read(part); }));
    bytes.erase(0, parser.put(asio::buffer(bytes), failed));
  }
  const auto& request = parser.get();
  const auto field = [&](http::field name) { return std::string{request[name]}; };
  upgrade_request asked;
  asked.upgrade = field(http::field::upgrade);
  asked.connection = field(http::field::connection);
  asked.key = field(http::field::sec_websocket_key);
  asked.version = field(http::field::sec_websocket_version);
  asked.protocols = field(http::field::sec_websocket_protocol);
  const std::string target{request.target()};
  if (const auto at = target.find("since="); at != std::string::npos)
    asked.since = target.substr(at + 6);
  departure what;
  what.over = std::move(over);
  what.seat = shard_.take_seat();
  what.leftover = bytes;
  what.answered = [](int) {};
  what.refused = [](stream_ptr refused, shard::seat, const error& why) {
    const auto text = "HTTP/1.1 503 " + why.detail + "\r\nContent-Length: 0\r\n\r\n";
    const iovec all{const_cast<char*>(text.data()), text.size()};
    refused->write({&all, 1});
  };
  if (change)
    change(what, asked);
  if (const auto refusal = check_handshake(asked))
    throw std::runtime_error(refusal->detail);
  shard_.post(
    [&on = shard_, with = services_, what = std::move(what), asked = std::move(asked)]() mutable {
      upgrade(on, with, std::move(what), census::enter(with->connections), std::move(asked));
    });
}

}  // namespace carillon::live
