#pragma once

#include "protocol/time.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carillon::channels::tc3 {

/// A POST to Tencent Cloud as it goes over the wire, but for its `Authorization`:
/// https://cloud.tencent.com/document/api/382/38780
struct call {
  /// The product's name in the scope of the signature, whatever the host is called.
  std::string service{};
  /// What `X-TC-Timestamp` says.
  timestamp at{};
  /// Those that are signed: `content-type` and `host` at least, their values as sent.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

std::string canonical_request(const call& what);

std::string string_to_sign(const call& what);

/// The value of `Authorization`, TC3-HMAC-SHA256.
std::string authorization(const call& what, const std::string& secret_id,
                          const std::string& secret_key);

}  // namespace carillon::channels::tc3
