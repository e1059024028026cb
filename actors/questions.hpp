#pragma once

#include "protocol/answer.hpp"
#include "protocol/query.hpp"
#include "protocol/unit.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace carillon {

/// What the queries actor is sent.
template <class Question>
query_ptr query_of(Question what) {
  auto asked = std::make_shared<query>();
  asked->what = std::move(what);
  return asked;
}

/// What persistence is sent: work let in at `now` (wall time) and `arrived`, with its admission.
template <class Work>
unit_ptr unit_of(Work what, timestamp now, steady_time arrived, std::shared_ptr<void> ticket = {}) {
  auto told = std::make_shared<unit>();
  told->what = std::move(what);
  told->now = now;
  told->arrived = arrived;
  told->ticket = std::move(ticket);
  return told;
}

/// An answer that comes back to this resilient actor as a `Message{life, result, rest…}`; a life
/// that is not the actor's own any more tells that nobody waits for it.
template <class Message, class T, class Self, class... Rest>
answer<T> sent_back(Self& self, Rest... rest) {
  return answer<T>{[to = self.handle(), life = self.life(),
                    ... rest = std::move(rest)](result<T> what) {
    caf::anon_send(to, Message{life, std::make_shared<const result<T>>(std::move(what)), rest...});
  }};
}

}  // namespace carillon
