#pragma once

#include "protocol/channel.hpp"

namespace carillon::channels {

/// How a provider hands out tokens: the member that is its verdict, 0 or absent for success, the
/// one that is the token, the one that is its life in seconds, and how long before its end a new
/// one is to be fetched.
struct token_form {
  const char* code{"errcode"};
  const char* token{"access_token"};
  const char* life{"expires_in"};
  milliseconds margin{std::chrono::minutes{5}};
};

/// A channel that sends with a token, for which it asks with always the same request. That request
/// is also the test of its credentials.
class token_channel : public channel {
 public:
  bool needs_token() const final { return true; }
  result<std::variant<request, grant>> authorize(const stamp& at) const final;
  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const final;
  result<request> probe(const stamp& at) const final;
  outcome judge_probe(const transport_result& came, timestamp now) const final;

 protected:
  token_channel(http_request ask, token_form form);

  /// What an answer to that request means that brings no token.
  virtual outcome judge_refusal(const transport_result& came, timestamp now) const = 0;

 private:
  http_request ask_;
  token_form form_;
};

}  // namespace carillon::channels
