#pragma once

#include "bin/config/config.hpp"
#include "bin/config/tree.hpp"

#include <limits>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace carillon::configuration {

/// Where a setting goes; the type of the member is the type of the key.
using target = std::variant<std::string*, std::int64_t*, bool*, std::vector<std::string>*>;

/// A key of a fixed section: everything there is to know about it.
struct key_spec {
  std::string_view section{};
  std::string_view name{};
  /// Null for a key whose feature is not in this version: it may only be left at its default.
  target (*field)(config&){nullptr};
  /// A TOML value.
  std::string_view fallback{};
  std::string_view doc{};
  /// May be read from a file (`NAME_file`), and is never shown.
  bool secret{false};
  std::int64_t least{0};
  std::int64_t most{std::numeric_limits<std::int32_t>::max()};
  /// The words it may be, separated by `|`; empty for any.
  std::string_view choices{};
};

/// All of them, section by section.
std::span<const key_spec> key_specs();

/// Reads the keys of a section into the configuration; what is not there is left as it is.
void read_section(std::string_view name, const node& from, config& to, std::vector<fault>& faults);

/// A line about each section, in the order in which they are shown.
struct section_spec {
  std::string_view name{};
  std::string_view doc{};
};
std::span<const section_spec> section_specs();

/// A key that every channel has, whatever its type.
struct channel_key_spec {
  std::string_view name{};
  std::string_view fallback{};
  std::string_view doc{};
};
std::span<const channel_key_spec> channel_key_specs();

}  // namespace carillon::configuration
