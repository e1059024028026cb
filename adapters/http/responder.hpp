#pragma once

#include "adapters/http/reply.hpp"
#include "adapters/live/takeover.hpp"
#include "protocol/answer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace carillon::http {

/// An answer on its way from an actor to its connection, still to be put into words.
class pending_reply {
 public:
  virtual ~pending_reply() = default;
  virtual reply compose() = 0;
};

/// A connection as its request's handler sees it.
class reply_sink {
 public:
  virtual ~reply_sink() = default;

  /// Answers request number `request`; ignored when that is answered already. Its shard's thread.
  virtual void answer_now(std::uint64_t request, reply with) = 0;

  /// The same later and from any thread; `compose` runs on the shard's thread. `self` is this
  /// sink: it moves there too, for a connection must not end on a foreign thread.
  virtual void answer_later(std::shared_ptr<reply_sink> self, std::uint64_t request,
                            std::shared_ptr<pending_reply> with) = 0;

  /// Turns the connection into a live one; its shard's thread.
  virtual void go_live(std::uint64_t request, live::takeover_ptr by) = 0;
};

/// The way back of one request. Copies answer the same request; the first answer counts.
class responder {
 public:
  responder(std::shared_ptr<reply_sink> to, std::uint64_t request, std::string_view trace_id)
      : to_(std::move(to)), request_(request), trace_id_(trace_id) {}

  /// Answers from within the handler.
  void operator()(reply with) const { to_->answer_now(request_, std::move(with)); }

  /// Refuses from within the handler.
  void operator()(const error& why) const { (*this)(problem(why, trace_id_)); }

  /// A promise for an actor: a value becomes `render(value)` on the connection's own thread, an
  /// error its problem.
  template <class T, class Render>
  answer<T> promise(Render render) const {
    struct late final : pending_reply {
      late(Render how, std::string trace) : render(std::move(how)), trace_id(std::move(trace)) {}
      reply compose() override {
        return value->has_value() ? render(std::move(**value)) : problem(value->error(), trace_id);
      }
      Render render;
      std::string trace_id;
      std::optional<result<T>> value;
    };
    auto waiting = std::make_shared<late>(std::move(render), trace_id_);
    return answer<T>{
      [to = to_, request = request_, waiting = std::move(waiting)](result<T> x) mutable {
        waiting->value.emplace(std::move(x));
        auto* sink = to.get();
        sink->answer_later(std::move(to), request, std::move(waiting));
      }};
  }

  void go_live(live::takeover_ptr by) const { to_->go_live(request_, std::move(by)); }

 private:
  std::shared_ptr<reply_sink> to_;
  std::uint64_t request_;
  std::string trace_id_;
};

}  // namespace carillon::http
