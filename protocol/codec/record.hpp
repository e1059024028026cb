#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// A JSON value as far as a request needs it taken apart. What lies deeper is kept as JSON text,
/// compact but to the letter: order, repeated members and the digits of numbers stay.
struct json_value {
  enum class kind : std::uint8_t { null, boolean, number, string, array, object };

  kind is{kind::null};
  /// The characters of a string; the JSON text of anything else that was not taken apart.
  std::string text{};
  /// Elements of an array, or values of an object's members.
  std::vector<json_value> items{};
  /// Parallel to `items` for an object: only names that were asked for.
  std::vector<std::string_view> names{};
  /// The first few names of a record that nobody asked for, where the shape is strict.
  std::vector<std::string> unknown{};
  /// The array had more elements than are kept.
  bool more{false};

  /// The member of that name; null where there is none. Of repeated members the last one counts.
  const json_value* find(std::string_view name) const;
};

/// Arrays are kept up to this many elements where the shape says nothing else.
inline constexpr std::size_t max_items = 1000;

/// So many unknown names of a record are told.
inline constexpr std::size_t max_unknown = 20;

/// Containers may be nested this deep.
inline constexpr std::size_t max_depth = 64;

/// What is taken apart: the containers down to `depth`, where the records are, and arrays directly
/// in a record. `names` are the members kept of a record, `outer` those of objects around it; both
/// must outlive the value.
struct record_shape {
  std::size_t depth{1};
  std::span<const std::string_view> names{};
  std::span<const std::string_view> outer{};
  /// Whether a record's other names are told.
  bool strict{false};
  /// Arrays are kept up to this many elements.
  std::size_t items{max_items};
};

/// Reads a whole body; `malformed` for anything but one JSON value in UTF-8 within `max_depth`.
result<json_value> read_json(std::string_view body, const record_shape& shape);

}  // namespace carillon::codec
