#pragma once

#include "bin/config/config.hpp"
#include "tests/temporary_directory.hpp"

#include <string>

namespace carillon::tests {

/// Reads a configuration file of this content, with what else there is.
struct config_fixture {
  temporary_directory directory;
  configuration::sources from;

  result<config> read(const std::string& content) {
    from.file = directory.file("carillon.toml", content);
    return read_config(from);
  }

  /// The only fault, as `line: key: message`, or all that was wrong with the expectation.
  std::string fault_of(const std::string& content) {
    auto read = this->read(content);
    if (read)
      return "accepted";
    auto faults = read.error().faults;
    if (faults.size() != 1)
      return std::to_string(faults.size()) + " faults";
    auto text = faults.front().path + ": " + faults.front().message;
    auto name = *from.file + ':';
    return text.starts_with(name) ? text.substr(name.size()) : text;
  }
};

}  // namespace carillon::tests
