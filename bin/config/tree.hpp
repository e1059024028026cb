#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace carillon::configuration {

/// Where a setting was written; a later one overrides an earlier one.
enum class origin : std::uint8_t { fallback, file, environment, flag, api };

struct node;
using list = std::vector<node>;
using table = std::map<std::string, node>;

/// A setting as it was written, before it is known what it means.
struct node {
  std::variant<std::string, std::int64_t, double, bool, list, table> value{};
  /// For people: `carillon.toml:12`, `--set` or the variable's name.
  std::string place{};
  configuration::origin origin{configuration::origin::file};

  /// True where the value is plain text whose type only its key can tell.
  bool raw() const noexcept {
    return (origin == configuration::origin::environment || origin == configuration::origin::flag)
           && std::holds_alternative<std::string>(value);
  }
};

/// `text`, `a number`, `a list` and so on.
std::string_view kind_of(const node& x);

}  // namespace carillon::configuration
