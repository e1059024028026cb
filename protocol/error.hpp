#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace carillon {

/// Why something was refused. `adapters/http/problem` maps each to one HTTP status.
enum class errc : std::uint8_t {
  malformed,     ///< not JSON, not UTF-8, a query that cannot be read (400)
  unauthorized,  ///< no token or a bad one (401)
  forbidden,     ///< the token lacks the scope (403)
  not_found,     ///< no such thing, or not the asker's (404)
  conflict,      ///< the state forbids it, or the same idempotent request is in work (409)
  too_large,     ///< a body over its bound (413)
  invalid,       ///< well-formed but against a rule; `faults` says which (422)
  busy,          ///< a bound is reached; try again after `retry_after` (503)
  unavailable,   ///< the store is away or the node is stopping (503)
  internal,      ///< a fault of ours; the outcome of a write is unknown (500)
};

/// One broken rule: a JSON Pointer to where, and a sentence on what.
struct fault {
  std::string path;
  std::string message;

  friend bool operator==(const fault&, const fault&) = default;
};

/// A refusal: its kind, a sentence for people, all faults of the input, and when to try again.
struct error {
  errc code{errc::internal};
  std::string detail{};
  std::vector<fault> faults{};
  std::chrono::seconds retry_after{0};
};

/// A value or the reason there is none.
template <class T>
using result = boost::system::result<T, error>;

}  // namespace carillon
