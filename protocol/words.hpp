#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace carillon {

/// The words of an enumeration in the order of its values.
template <std::size_t N>
using words = std::array<std::string_view, N>;

template <class Enum, std::size_t N>
std::string_view word_of(const words<N>& all, Enum x) {
  return all.at(static_cast<std::size_t>(x));
}

/// The value of exactly that word.
template <class Enum, std::size_t N>
std::optional<Enum> value_of(const words<N>& all, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i)
    if (all[i] == word)
      return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace carillon
