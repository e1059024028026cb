#pragma once

#include "bin/config/config.hpp"
#include "bin/config/tree.hpp"
#include "protocol/error.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace carillon::configuration {

/// The keys (`section.key`) that an operator may change on a running node through the API: each
/// takes effect at once and none is a secret.
std::span<const std::string_view> runtime_keys();

/// Keys that the API changed, with their values as JSON.
using setting_overrides = std::map<std::string, std::string>;

/// The configuration with these keys put over it. `invalid` where one is no runtime key or its
/// value breaks a rule; places are JSON Pointers.
result<config> put_over(config how, const setting_overrides& what);

/// Reads what a PUT says: tables of sections, which name every key that is to differ from `file`.
/// What is the same there is no override.
result<setting_overrides> read_settings(const config& file, std::string_view json);

/// The sections with the values that hold, and under `origins` where each comes from.
std::string settings_json(const config& running, const setting_overrides& what);

}  // namespace carillon::configuration
