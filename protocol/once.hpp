#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace carillon {

/// The first 2xx answer to an idempotent request, kept with what it created.
struct stored_answer {
  int status{200};
  std::string body{};
};

/// The status under which a request is kept that was committed and is not answered yet: what its
/// answer is to show, in place of the answer.
inline constexpr int still_at_work = 102;

/// An `Idempotency-Key` in work. The same subject, method, path and key within 24 h get the first
/// answer again if the body's SHA-256 is the same, and `invalid` if it is not.
template <class Done>
struct once {
  std::string subject{};
  std::string method{};
  std::string path{};
  std::string key{};
  std::array<std::uint8_t, 32> body_hash{};
  /// Renders the answer inside the commit, so that both are stored or neither.
  std::function<stored_answer(const Done&)> compose{};
};

}  // namespace carillon
