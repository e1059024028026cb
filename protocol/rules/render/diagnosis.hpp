#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace carillon::rules::render {

/// Where something stands in a template; both count from 1, columns in
/// characters.
struct place {
  std::uint32_t line{1};
  std::uint32_t column{1};

  friend bool operator==(const place&, const place&) = default;
};

/// What is wrong with a template, or with the filling of one.
struct diagnosis {
  place at{};
  std::string message{};

  friend bool operator==(const diagnosis&, const diagnosis&) = default;
};

/// `line 3, column 7: …`
std::string to_string(const diagnosis& x);

/// Thrown inside the engine alone: what leaves it is a value.
struct trouble {
  diagnosis what;

  trouble(place at, std::string message) : what{at, std::move(message)} {}
};

}  // namespace carillon::rules::render
