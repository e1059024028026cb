#pragma once

#include "bin/config/tree.hpp"
#include "protocol/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carillon::configuration {

/// Where the configuration comes from, weakest first.
struct sources {
  /// TOML that stands in for the built-in defaults (the demo's).
  std::string base{};
  std::optional<std::string> file{};
  std::map<std::string, std::string> environment{};
  /// `section.key=value`, as `--set` takes them.
  std::vector<std::string> flags{};
  /// For a node that serves: the files it needs are looked at too.
  bool serves{false};
};

/// Puts the layers over one another and replaces `${NAME}` in their text. What is wrong is added
/// to `faults`; the rest is still read, so that all faults are found at once.
node merge_layers(const sources& from, std::vector<fault>& faults);

}  // namespace carillon::configuration
