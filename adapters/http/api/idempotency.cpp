#include "adapters/http/api/idempotency.hpp"

#include "protocol/codec/text.hpp"

#include <openssl/sha.h>

namespace carillon::http::api {

result<std::optional<std::string>> idempotency_key_of(const request& in,
                                                      std::string_view from_body) {
  auto key = in.head[field::idempotency_key];
  if (key.data() == nullptr) {
    if (from_body.empty())
      return std::optional<std::string>{};
    key = from_body;
  }
  if (key.empty() || key.size() > 128 || codec::has_control(key) || !codec::is_utf8(key))
    return error{errc::malformed,
                 "Idempotency-Key must be 1 to 128 bytes of text without control characters"};
  return std::optional<std::string>{key};
}

std::array<std::uint8_t, 32> sha256(std::string_view text) {
  std::array<std::uint8_t, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

reply replay(stored_answer first) {
  reply out{first.status, std::move(first.body)};
  add_header(out, "Idempotency-Replayed", "true");
  return out;
}

}  // namespace carillon::http::api
