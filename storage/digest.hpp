#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace carillon::storage {

/// SHA-256.
using digest = std::array<std::uint8_t, 32>;

/// The digest of several texts, each with its length before it: no two lists share one.
digest digest_of(std::initializer_list<std::string_view> parts);

/// The digest that was stored as these bytes.
digest to_digest(std::string_view bytes);

}  // namespace carillon::storage
