#include "adapters/http/desk.hpp"

#include "adapters/http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace carillon::http {

/// A turn of the shard that was asked for. Dropped with its loop, it drops what waited.
class desk::turn {
 public:
  explicit turn(std::shared_ptr<desk> at) : at_(std::move(at)) {}
  turn(turn&&) noexcept = default;
  ~turn() {
    if (at_)
      at_->drop();
  }
  void operator()() { std::exchange(at_, nullptr)->give_out(); }

 private:
  std::shared_ptr<desk> at_;
};

desk::desk(std::shared_ptr<site> at, live::shard& on)
    : at(std::move(at)), on(on), tokens(this->at->with.tokens) {}

desk::~desk() = default;

void desk::put(std::shared_ptr<reply_sink> to, std::uint64_t request,
               std::shared_ptr<pending_reply> what) {
  bool first = false;
  {
    std::lock_guard lock{mutex_};
    waiting_.push_back({std::move(to), request, std::move(what)});
    first = !std::exchange(announced_, true);
  }
  if (first)
    on.post(turn{shared_from_this()});
}

void desk::give_out() {
  {
    std::lock_guard lock{mutex_};
    working_.swap(waiting_);
    announced_ = false;
  }
  for (auto& x : working_) {
    reply answer;
    try {
      answer = x.what->compose();
    } catch (const std::exception& e) {
      spdlog::error("an answer could not be put into words: {}", e.what());
      answer = problem({errc::internal, "the answer could not be written"});
    }
    x.to->answer_now(x.request, std::move(answer));
  }
  working_.clear();
}

void desk::drop() {
  std::vector<item> dropped;
  std::lock_guard lock{mutex_};
  dropped.swap(waiting_);
}

std::string_view desk::date(timestamp now) {
  const auto second = std::chrono::floor<seconds>(now).time_since_epoch().count();
  if (second != date_second_) {
    date_ = http_date(now);
    date_second_ = second;
  }
  return date_;
}

void desk::open(stream_ptr over, live::shard::seat seat, bool full) {
  const bool readable = !over->encrypted();
  const auto x =
    std::make_shared<http_connection>(shared_from_this(), std::move(over), std::move(seat));
  if (!full)
    x->start();
  else if (readable)
    x->refuse({errc::busy, "too many connections are open", {}, seconds{1}});
  else
    x->close();  // a handshake only to refuse would cost more than it tells
}

void desk::enroll(http_connection& x) {
  connections_.push_back(x);
}

void desk::close_all() {
  for (auto i = connections_.begin(); i != connections_.end();)
    (i++)->close();
}

}  // namespace carillon::http
