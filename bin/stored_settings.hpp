#pragma once

#include "bin/config/runtime.hpp"
#include "protocol/administration.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace carillon {

/// What the database says beside the configuration file.
struct stored_settings {
  std::vector<channel_record> channels{};
  configuration::setting_overrides keys{};
};

/// Reads it. Throws where the store does not answer.
stored_settings read_stored_settings(const std::string& url);

/// The API's own routes, each a JSON object. Throws where the store does not answer.
std::vector<std::string> read_stored_routes(const std::string& url);

/// The configuration is not valid, which only showed together with what is stored: the process ends
/// as it does for a fault of the file.
struct invalid_configuration : std::runtime_error {
  explicit invalid_configuration(error what) : runtime_error(what.detail), why(std::move(what)) {}
  error why;
};

}  // namespace carillon
