#pragma once

#include "adapters/http/router.hpp"
#include "protocol/unit.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace carillon::http::api {

/// The request's `Idempotency-Key`, else the one its body named; nothing without any, `malformed`
/// for one that is not 1 to 128 bytes without control characters.
result<std::optional<std::string>> idempotency_key_of(const request& in,
                                                      std::string_view from_body = {});

std::array<std::uint8_t, 32> sha256(std::string_view text);

/// What makes a request happen once.
template <class Done>
once<Done> once_of(const request& in, std::string key, stored_answer (*compose)(const Done&)) {
  return {in.who->subject,           std::string{to_string(in.head.method)},
          std::string{in.head.path}, std::move(key),
          sha256(in.body),           compose};
}

/// A first answer given again.
reply replay(stored_answer first);

/// A promise for what happens once: the first answer again where there was one, else what `compose`
/// makes of it.
template <class Done, class Compose>
answer<Done> promise_once(const call& c, Compose compose) {
  return c.answer.promise<Done>([compose = std::move(compose)](Done done) {
    if (done.replayed)
      return replay(std::move(*done.replayed));
    stored_answer first = compose(done);
    return reply{first.status, std::move(first.body)};
  });
}

}  // namespace carillon::http::api
