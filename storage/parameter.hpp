#pragma once

#include "protocol/id.hpp"
#include "protocol/time.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::storage {

/// How a value is kept: a bigint, a text, or bytes.
enum class storage_class : std::uint8_t { number, text, binary };

/// The bytes of an id or a hash, as a view.
inline std::string_view bytes_of(std::span<const std::uint8_t> x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

/// A named value of a statement. It views what it was made of: it lives no longer than the call.
struct parameter {
  std::string_view name{};
  storage_class type{storage_class::text};
  bool null{false};
  std::int64_t number{0};
  std::string_view text{};

  parameter(std::string_view name, std::integral auto x)
      : name(name), type(storage_class::number), number(static_cast<std::int64_t>(x)) {}
  parameter(std::string_view name, timestamp x) : parameter(name, to_millis(x)) {}
  parameter(std::string_view name, const std::optional<timestamp>& x)
      : parameter(name, x.value_or(timestamp{})) {
    null = !x;
  }
  parameter(std::string_view name, std::string_view x) : name(name), text(x) {}
  parameter(std::string_view name, const std::string& x) : name(name), text(x) {}
  parameter(std::string_view name, const char* x) : name(name), text(x) {}
  parameter(std::string_view name, std::span<const std::uint8_t> x)
      : name(name), type(storage_class::binary), text(bytes_of(x)) {}
  parameter(std::string_view name, const uuid& x)
      : parameter(name, std::span<const std::uint8_t>(x.bytes)) {}
  template <id_kind Kind>
  parameter(std::string_view name, const id<Kind>& x) : parameter(name, x.value) {}
  template <id_kind Kind>
  parameter(std::string_view name, const std::optional<id<Kind>>& x)
      : name(name), type(storage_class::binary), null(!x) {
    if (x)
      text = bytes_of(x->value.bytes);
  }
};

/// The parameter, or null in its place.
inline parameter null_if(bool null, parameter x) {
  x.null = null;
  return x;
}

using parameters = std::span<const parameter>;

/// Parameters put together from parts.
using parameter_list = std::vector<parameter>;

}  // namespace carillon::storage
