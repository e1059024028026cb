#pragma once

#include "protocol/channel.hpp"

#include <utility>

namespace carillon {

/// Another channel's words, all of them; what wraps one overrides what it changes.
class channel_decorator : public channel {
 public:
  result<request> compose(const delivery& what, const stamp& at) const override {
    return inner_->compose(what, at);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    return inner_->judge(came, now);
  }

  outcome judge_for(const delivery& what, const transport_result& came,
                    timestamp now) const override {
    return inner_->judge_for(what, came, now);
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return inner_->scopes(what);
  }

  milliseconds put_off(const delivery& what, timestamp now) const override {
    return inner_->put_off(what, now);
  }

  bool needs_token() const override { return inner_->needs_token(); }

  bool needs_ticket(const delivery& what, timestamp now) const override {
    return inner_->needs_ticket(what, now);
  }

  result<std::variant<request, grant>> authorize(const stamp& at) const override {
    return inner_->authorize(at);
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    return inner_->token(came, now);
  }

  result<request> probe(const stamp& at) const override { return inner_->probe(at); }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    return inner_->judge_probe(came, now);
  }

 protected:
  explicit channel_decorator(channel_ptr inner) : inner_(std::move(inner)) {}

 private:
  channel_ptr inner_;
};

}  // namespace carillon
