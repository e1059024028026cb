#pragma once

#include "protocol/delivery.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace carillon::channels {

/// How a push to a device is to be treated, as the data of a message says: `ttl_seconds`,
/// `collapse_key`, `image`, `sound`, `badge` and `cid`. Everything else in the data is the app's.
struct push_wishes {
  std::string collapse_key{};
  std::string image{};
  std::string sound{};
  /// A number as text, or empty.
  std::string badge{};
  std::string cid{};
};

push_wishes push_wishes_in(const nlohmann::json& data);

/// The members of the data that belong to the app.
nlohmann::json app_data(const nlohmann::json& data);

/// How long a provider keeps the message for a device that is away: `ttl_seconds`, else what is
/// left until the delivery expires; at least 0 and at most `most`.
seconds time_to_live(const delivery& what, const nlohmann::json& data, timestamp now, seconds most);

/// What `build` makes of a text and the app's data in at most `most` bytes. The end of the text
/// goes first; where not even its first 200 bytes fit, the data goes, because people read the text.
std::string fitted_push(
  const delivery& what, const nlohmann::json& data, std::size_t most,
  const std::function<std::string(std::string_view text, const nlohmann::json& data)>& build);

}  // namespace carillon::channels
