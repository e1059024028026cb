#pragma once

// Digests: what happens to a recipient of a route within a time is collected and told by one
// message. While it is collected, the message to come is a delivery that waits for its words.

#include "protocol/delivery.hpp"
#include "protocol/event.hpp"
#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// The reason of a delivery that waits until its digest is over.
inline constexpr std::string_view collecting = "digest";

/// Whether the delivery waits until its digest is over; no sender may have it before.
inline bool is_collecting(const delivery& x) {
  return x.status == delivery_status::pending && x.reason == collecting;
}

/// Events of a digest that are told one by one, the latest ones; the others are only counted.
inline constexpr std::size_t most_collected_events = 100;

/// Their data together, but the last one's is always told.
inline constexpr std::size_t most_collected_bytes = std::size_t{32} << 10;

/// What makes an event wait for others instead of being told alone.
struct collectable {
  /// Names the route, the channel and the recipient: one digest at a time is open for it.
  std::string bucket{};
  /// How long a digest is open, from its first event on.
  milliseconds window{0};
  /// The route as a JSON object: what it says when a digest begins holds to its end.
  std::string route{};
  /// Whom the digest is for, in the words of `rules::target`.
  std::string target_kind{};
  std::string target{};
};

/// A digest that is over: what its message is made of.
struct collection {
  /// The delivery that waits; an inbox row in its place bears the same number.
  delivery_id id{};
  std::string channel{};
  std::string recipient{};
  std::string user_id{};
  std::string route{};
  std::string target_kind{};
  std::string target{};
  /// How many events there were.
  std::int64_t count{0};
  /// The latest of them, the oldest first.
  std::vector<event> events{};
  /// That of the most urgent one; nothing where none of them says.
  std::optional<carillon::priority> priority{};
};

}  // namespace carillon
