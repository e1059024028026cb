#pragma once

#include "protocol/rules/render/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace carillon::rules::render {

/// What a helper works in: room for the texts it makes, which last as long as
/// the rendering.
class helper_room {
 public:
  virtual ~helper_room() = default;

  virtual value keep(std::string text) = 0;
  /// The zone of dates that name none; null for UTC.
  virtual const date::time_zone* zone() const = 0;
};

/// A function templates can call.
struct helper {
  std::string_view name{};
  std::size_t least{0};
  std::size_t most{0};
  /// Steps it counts for, beside those for its arguments' length.
  std::uint32_t cost{1};
  /// It can ask in a block: `{{#eq a b}}`.
  bool asks{false};
  value (*run)(std::span<const value> arguments, helper_room& room){nullptr};
};

/// The helper of that name; null where there is none.
const helper* find_helper(std::string_view name);

/// Reads a time: RFC 3339, a date alone, or milliseconds since 1970; formats it
/// by `YYYY MM DD HH mm ss` and their short forms. What is no time comes back
/// as it is.
value format_date(std::span<const value> arguments, helper_room& room);

/// `¥1,234.50` of 1234.5 and "CNY": grouped, rounded half up to the currency's
/// own places.
value format_currency(std::span<const value> arguments, helper_room& room);

/// Capital letters of Latin, Greek and Cyrillic.
std::string upper_case(std::string_view text);

}  // namespace carillon::rules::render
