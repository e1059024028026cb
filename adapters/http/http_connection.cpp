#include "adapters/http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>

namespace carillon::http {

namespace {

constexpr std::size_t head_bound = 16 << 10;
constexpr std::size_t linger_bound = 64 << 20;
constexpr milliseconds linger_time{5000};
/// How often one connection may read before the others of its shard have a turn.
constexpr int reads_per_turn = 8;

}  // namespace

http_connection::http_connection(std::shared_ptr<desk> at, stream_ptr over, live::shard::seat seat)
    : desk_(std::move(at)),
      stream_(std::move(over)),
      seat_(std::move(seat)),
      timer_([](void* self) { static_cast<http_connection*>(self)->on_timeout(); }, this) {
  desk_->enroll(*this);
}

http_connection::~http_connection() {
  unlink();
}

void http_connection::start() {
  arm(desk_->at->options.header_timeout);
  go_on();
}

void http_connection::refuse(const error& why, const route* of, steady_time asked) {
  phase_ = phase::head;
  admission_.to = of;
  request_.arrived = of != nullptr ? asked : desk_->on.now();
  auto answer = problem(why);
  answer.close = true;
  unread_ = true;
  send(std::move(answer));
}

void http_connection::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  timer_.cancel();
  plain_ = {};
  if (stream_) {
    boost::system::error_code ignored;
    stream_->socket().close(ignored);
  }
}

// -- reading ----------------------------------------------------------------------------------

void http_connection::go_on() {
  if (phase_ == phase::handshake) {
    const auto done = stream_->handshake();
    switch (done.what) {
      case stream::state::done:
        phase_ = phase::head;
        break;
      case stream::state::want_read:
        return wait(stream::socket_type::wait_read, &http_connection::go_on);
      case stream::state::want_write:
        return wait(stream::socket_type::wait_write, &http_connection::go_on);
      default:
        return close();
    }
  }
  if (!ahead_.empty())
    feed({});
  if (reading()) {
    if (stream_->has_pending())
      return read();
    wait(stream::socket_type::wait_read, &http_connection::read);
  }
}

bool http_connection::reading() const noexcept {
  return phase_ == phase::head || phase_ == phase::body || phase_ == phase::lingering;
}

void http_connection::read() {
  if (!reading())
    return;
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    const auto into = desk_->on.scratch();
    const auto got = stream_->read(into);
    switch (got.what) {
      case stream::state::done:
        feed({into.data(), got.bytes});
        break;
      case stream::state::want_read:
        return wait(stream::socket_type::wait_read, &http_connection::read);
      case stream::state::want_write:
        return wait(stream::socket_type::wait_write, &http_connection::read);
      default:
        return close();
    }
    if (!reading())
      return;
    // A short read has emptied the socket.
    if (got.bytes < into.size() && !stream_->has_pending())
      break;
  }
  wait(stream::socket_type::wait_read, &http_connection::read);
}

void http_connection::feed(std::string_view bytes) {
  consuming_ = true;
  if (ahead_.empty()) {
    const auto used = consume(bytes);
    ahead_.assign(bytes.substr(used));
  } else {
    ahead_.append(bytes);
    ahead_.erase(0, consume(ahead_));
  }
  consuming_ = false;
  if (phase_ == phase::live)
    hand_over();
}

std::size_t http_connection::consume(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const auto rest = bytes.substr(used);
    std::size_t n = 0;
    if (phase_ == phase::head)
      n = consume_head(rest);
    else if (phase_ == phase::body)
      n = consume_body(rest);
    else if (phase_ == phase::lingering)
      n = rest.size();
    used += n;
    if (n == 0)
      break;
  }
  if (phase_ == phase::lingering && (lingered_ += used) > linger_bound)
    close();
  return used;
}

std::size_t http_connection::consume_head(std::string_view bytes) {
  if (bytes.starts_with("\r\n"))  // RFC 9112 section 2.2: an empty line before a request
    return 2;
  const auto end = bytes.find("\r\n\r\n", scanned_ > 3 ? scanned_ - 3 : 0);
  if (end == bytes.npos ? bytes.size() > head_bound : end + 4 > head_bound) {
    begin_request({});
    unread_ = true;
    reject(problem(431, {errc::malformed, "the header may have at most 16 KiB"}));
    return bytes.size();
  }
  if (end == bytes.npos) {
    // The time of a connection's first request runs from its opening.
    if (scanned_ == 0 && number_ > 0)
      arm(desk_->at->options.header_timeout);
    scanned_ = bytes.size();
    return 0;
  }
  begin_request(bytes.substr(0, end + 4));
  return end + 4;
}

// -- writing ----------------------------------------------------------------------------------

void http_connection::send(reply with) {
  const auto& at = *desk_->at;
  const auto& head = request_.head;
  const double took = std::chrono::duration<double>(desk_->on.now() - request_.arrived).count();
  at.with.count->request(admission_.label(), with.status, took);
  if (spdlog::should_log(spdlog::level::debug))
    spdlog::debug("{} {} {} {:.6f}{}{}", head.method_text, head.path, with.status, took,
                  request_.trace_id.empty() ? "" : " trace_id=", request_.trace_id);
  if (admission_.quota)
    add_allowance(with, *admission_.quota);
  close_after_ = with.close || !head.keep_alive || at.closing.load(std::memory_order_relaxed);
  out_head_.clear();
  out_head_.append("HTTP/1.1 ").append(std::to_string(with.status)).append(" ");
  out_head_.append(reason_of(with.status)).append("\r\nDate: ");
  out_head_.append(desk_->date(at.with.now())).append("\r\nVary: Origin\r\n");
  out_head_.append(request_.cors);
  if (with.status != 204) {
    out_head_.append("Content-Type: ").append(with.content_type).append("\r\n");
    if (!with.endless)
      out_head_.append("Content-Length: ").append(std::to_string(with.body.size())).append("\r\n");
  }
  out_head_.append(with.headers);
  if (close_after_)
    out_head_.append("Connection: close\r\n");
  else if (!head.http_11)
    out_head_.append("Connection: keep-alive\r\n");
  out_head_.append("\r\n");
  if (head.method == verb::head)
    out_body_.clear();
  else
    out_body_ = std::move(with.body);
  written_ = 0;
  phase_ = phase::writing;
  flush();
}

void http_connection::flush() {
  const auto total = out_head_.size() + out_body_.size();
  while (phase_ == phase::writing && written_ < total) {
    const auto from_head = std::min(written_, out_head_.size());
    const auto from_body = written_ - from_head;
    const std::array parts{iovec{out_head_.data() + from_head, out_head_.size() - from_head},
                           iovec{out_body_.data() + from_body, out_body_.size() - from_body}};
    const auto done = stream_->write(parts);
    switch (done.what) {
      case stream::state::done:
        written_ += done.bytes;
        break;
      case stream::state::want_read:
        arm(desk_->at->options.write_timeout);
        return wait(stream::socket_type::wait_read, &http_connection::flush);
      case stream::state::want_write:
        arm(desk_->at->options.write_timeout);
        return wait(stream::socket_type::wait_write, &http_connection::flush);
      default:
        return close();
    }
  }
  if (phase_ == phase::writing)
    finish();
}

void http_connection::finish() {
  out_body_ = {};
  if (close_after_)
    return linger();
  phase_ = phase::head;
  arm(desk_->at->options.idle_timeout);
  if (!consuming_)
    go_on();
}

/// Closing with bytes unread would make the system reset the connection, and the client might
/// never see its answer.
void http_connection::linger() {
  boost::system::error_code ignored;
  stream_->socket().shutdown(stream::socket_type::shutdown_send, ignored);
  if (!unread_ && ahead_.empty())
    return close();
  phase_ = phase::lingering;
  lingered_ = 0;
  arm(linger_time);
  if (!consuming_)
    wait(stream::socket_type::wait_read, &http_connection::read);
}

void http_connection::wait(stream::socket_type::wait_type what, void (http_connection::*then)()) {
  stream_->socket().async_wait(
    what, [self = shared_from_this(), then](const boost::system::error_code& ec) {
      if (!ec && self->phase_ != phase::closed)
        (self.get()->*then)();
    });
}

void http_connection::arm(milliseconds after) {
  desk_->on.timers().arm(timer_, after);
}

void http_connection::on_timeout() {
  const auto self = shared_from_this();
  switch (phase_) {
    case phase::head:
      if (scanned_ == 0)
        return close();
      begin_request({});
      [[fallthrough]];
    case phase::body:
      unread_ = true;
      return reject(problem(408, {errc::malformed, "the request did not arrive in time"}));
    case phase::working:
      spdlog::error("{} {} was not answered in time", request_.head.method_text,
                    admission_.label());
      unread_ = true;
      return reject(problem({errc::internal, "no answer came in time; the outcome is unknown"}));
    default:
      return close();
  }
}

}  // namespace carillon::http
