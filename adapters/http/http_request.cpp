#include "adapters/http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

// One request of a connection: from its header over its body to its handler, or to the live side.

namespace carillon::http {

namespace {

/// A refused body up to this size is read to its end, so that the connection can go on.
constexpr std::size_t discard_bound = 64 << 10;
/// What may wait unread between two chunks: one chunk's line, or the trailers.
constexpr std::size_t chunk_line_bound = 16 << 10;
/// Buffers larger than this are given back between requests.
constexpr std::size_t kept_capacity = 64 << 10;

}  // namespace

void http_connection::begin_request(std::string_view head_text) {
  ++number_;
  scanned_ = 0;
  unread_ = false;
  rejection_.reset();
  lingered_ = 0;
  if (body_.capacity() > kept_capacity)
    body_ = {};
  else
    body_.clear();
  head_text_.assign(head_text);
  request_ = {};
  admission_ = {};
  request_.now = desk_->at->with.now();
  request_.arrived = desk_->on.now();
  if (head_text.empty())
    return;
  if (const auto fault = parser_.read_head(head_text_, request_.head)) {
    unread_ = true;
    return reject(problem(fault->status, {errc::malformed, fault->why}));
  }
  admission_ = admit(*desk_->at, desk_->tokens, request_);
  if (admission_.to_live)
    plain_ = {};
  else if (!plain_ && !(plain_ = plain_place::enter(desk_->at))) {
    unread_ = true;
    return reject(problem({errc::busy, "too many connections are open", {}, seconds{1}}));
  }
  if (parser_.complete()) {
    if (admission_.refused)
      return reject(std::move(*admission_.refused));
    return handle();
  }
  begin_body();
}

void http_connection::begin_body() {
  const bool expects = request_.head.http_11 && request_.head[field::expect].starts_with("100-c");
  if (admission_.refused) {
    if (expects || request_.head.content_length.value_or(discard_bound + 1) > discard_bound) {
      unread_ = true;
      return reject(std::move(*admission_.refused));
    }
    rejection_ = std::move(*admission_.refused);
  } else if (expects) {
    constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    const iovec part{const_cast<char*>(text.data()), text.size()};
    // So few bytes fit into any socket that is read from at all.
    if (stream_->write({&part, 1}).bytes != text.size())
      return close();
  }
  if (!rejection_)
    body_.reserve(std::min<std::size_t>(request_.head.content_length.value_or(0), 1 << 20));
  phase_ = phase::body;
  arm(desk_->at->options.body_timeout);
}

std::size_t http_connection::consume_body(std::string_view bytes) {
  const auto done = parser_.read_body(bytes, *this);
  if (done.refused) {
    unread_ = true;
    reject(std::move(*rejection_));
  } else if (done.fault) {
    unread_ = true;
    reject(problem(done.fault->status, {errc::malformed, done.fault->why}, request_.trace_id));
  } else if (done.complete) {
    if (rejection_)
      reject(std::move(*rejection_));
    else
      handle();
  } else if (bytes.size() - done.consumed > chunk_line_bound) {
    unread_ = true;
    reject(problem({errc::malformed, "the body's chunks cannot be read"}, request_.trace_id));
  }
  return done.consumed;
}

bool http_connection::take(std::string_view piece) {
  if (rejection_) {
    lingered_ += piece.size();
    return lingered_ <= discard_bound;
  }
  if (request_.head.chunked) {
    if (const auto why =
          admit_more(*desk_->at, admission_, piece.size(), body_.size() + piece.size())) {
      rejection_ = problem(*why, request_.trace_id);
      return false;
    }
  }
  body_.append(piece);
  return true;
}

void http_connection::handle() {
  phase_ = phase::working;
  arm(desk_->at->options.work_timeout);
  request_.body = body_;
  request_.ticket = std::move(admission_.ticket);
  const responder answer{shared_from_this(), number_, request_.trace_id};
  try {
    admission_.to->handle({desk_->at->with, request_, answer, desk_->on});
  } catch (const std::exception& e) {
    spdlog::error("{} {}: {}", request_.head.method_text, admission_.label(), e.what());
    answer({errc::internal, "the request could not be handled"});
  }
  request_.ticket.reset();
}

void http_connection::reject(reply with) {
  admission_.ticket.reset();
  with.close = with.close || unread_;
  send(std::move(with));
}

void http_connection::answer_now(std::uint64_t request, reply with) {
  if (request == number_ && phase_ == phase::working)
    send(std::move(with));
}

void http_connection::answer_later(std::shared_ptr<reply_sink> self, std::uint64_t request,
                                   std::shared_ptr<pending_reply> with) {
  auto& at = *desk_;
  at.put(std::move(self), request, std::move(with));
}

void http_connection::go_live(std::uint64_t request, live::takeover_ptr by) {
  if (request != number_ || phase_ != phase::working)
    return;
  phase_ = phase::live;
  taken_over_ = std::move(by);
}

void http_connection::hand_over() {
  timer_.cancel();
  plain_ = {};
  phase_ = phase::closed;
  live::departure what;
  what.over = std::move(stream_);
  what.seat = std::move(seat_);
  what.leftover = std::move(ahead_);
  what.answered = [at = desk_, of = admission_.to, asked = request_.arrived](int status) {
    const std::chrono::duration<double> took = at->on.now() - asked;
    at->at->with.count->request(of->pattern, status, took.count());
  };
  what.refused = [at = desk_, of = admission_.to, asked = request_.arrived](
                   stream_ptr over, live::shard::seat seat, const error& why) {
    std::make_shared<http_connection>(at, std::move(over), std::move(seat))->refuse(why, of, asked);
  };
  taken_over_->carry_out(desk_->on, desk_->at->with.live, std::move(what));
  taken_over_.reset();
}

}  // namespace carillon::http
