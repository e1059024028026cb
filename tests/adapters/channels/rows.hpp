#pragma once

#include "protocol/channel.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace carillon::test {

/// The codes that a channel does not read as `wanted`, out of rows of a provider's error table that
/// should all mean it. `name` is the member that holds the code.
inline std::vector<std::int64_t> misread(const channel& aut, error_class wanted,
                                         const std::vector<std::int64_t>& codes,
                                         const char* name = "errcode", int status = 200) {
  std::vector<std::int64_t> out;
  for (const auto code : codes) {
    const response came{.status = status, .body = nlohmann::json{{name, code}}.dump()};
    if (aut.judge(came, {}).error_class != wanted)
      out.push_back(code);
  }
  return out;
}

/// What a token's endpoint answered, in the channel's words: the grant, or throws.
inline grant granted(const channel& aut, std::string body, timestamp now) {
  return std::get<grant>(aut.token(response{.status = 200, .body = std::move(body)}, now));
}

/// What a refusal of the token's endpoint means, or throws.
inline outcome refused(const channel& aut, int status, std::string body, timestamp now = {}) {
  return std::get<outcome>(aut.token(response{.status = status, .body = std::move(body)}, now));
}

/// The request for a token, or throws.
inline http_request asking(const channel& aut) {
  const auto made = aut.authorize({});
  if (!made)
    throw std::runtime_error(made.error().detail);
  return std::get<http_request>(std::get<request>(*made));
}

using codes = std::vector<std::int64_t>;

inline const codes none{};

}  // namespace carillon::test
