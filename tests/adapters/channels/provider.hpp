#pragma once

#include "adapters/channels/registry.hpp"
#include "protocol/channel.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::test {

/// Words that every provider must pass on as they are: Chinese, emoji, what markup, HTML, JSON and
/// URLs give a meaning to.
inline constexpr std::string_view special =
  "鸡肉库存不足 😀👨‍👩‍👧 *b* _i_ ~s~ `c` [x](y) <b>&amp; \"q\" \\n 100% "
  "a+b=c;d "
  "#tag "
  "@everyone";

/// A channel of a type with keys; throws where it cannot be made.
inline channel_ptr provider(std::string_view type, std::map<std::string, std::string> keys) {
  channel_settings how{.name = "it", .type = std::string{type}};
  how.keys = std::move(keys);
  auto made = make_channel(how);
  if (!made)
    throw std::runtime_error(made.error().detail);
  return *made;
}

/// The key that a configuration's fault is at; empty where there is none.
inline std::string faulty_key(std::string_view type, std::map<std::string, std::string> keys) {
  channel_settings how{.name = "it", .type = std::string{type}};
  how.keys = std::move(keys);
  const auto made = make_channel(how);
  if (made)
    return {};
  const auto why = made.error();
  return why.faults.empty() ? std::string{"?"} : why.faults.front().path;
}

/// Its HTTP request for a delivery at 2024-05-20T08:30:15Z; throws where there is none.
inline http_request composed(const channel& aut, const delivery& what,
                             stamp at = {from_millis(1716193815000), 7}) {
  const auto made = aut.compose(what, at);
  if (!made)
    throw std::runtime_error(made.error().detail);
  return std::get<http_request>(*made);
}

/// The request that tries its credentials; throws where there is none.
inline http_request probing(const channel& aut) {
  const auto made = aut.probe({from_millis(1716193815000), 7});
  if (!made)
    throw std::runtime_error(made.error().detail);
  return std::get<http_request>(*made);
}

/// A header of a request, its name in any case; empty where it is not sent.
inline std::string header(const http_request& x, std::string_view name) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  for (const auto& [key, value] : x.headers)
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same))
      return value;
  return {};
}

/// Answers that no provider gives as such, but a network between does.
inline const std::vector<std::string>& garbage() {
  static const std::vector<std::string> all{"",
                                            "{}",
                                            "[]",
                                            "null",
                                            "true",
                                            "<html>",
                                            "\xff\xfe",
                                            "{\"ok\":1,\"code\":1e300,\"Code\":7,\"error\":[]}",
                                            "{\"Response\":7}",
                                            "{\"Response\":{\"SendStatusSet\":[3]}}",
                                            "{\"retry_after\":\"x\",\"id\":{}}"};
  return all;
}

/// A value of its own of what may be a part of something that does not last.
template <class T>
T copied(const T& x) {
  return x;
}

/// True if no bytes make it throw, with any status.
inline bool judges_anything(const channel& aut) {
  for (const auto& body : garbage())
    for (const int status : {200, 204, 302, 400, 429, 500})
      aut.judge(response{.status = status, .headers = {{"retry-after", "?"}}, .body = body}, {});
  return true;
}

/// What an answer means.
inline outcome judged(const channel& aut, int status, std::string body = {},
                      std::vector<std::pair<std::string, std::string>> headers = {},
                      timestamp now = from_millis(1716193815000)) {
  return aut.judge(response{status, std::move(headers), std::move(body)}, now);
}

}  // namespace carillon::test
