#pragma once

#include "bin/commands/node.hpp"
#include "bin/commands/output.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace carillon::commands {

/// What a command asks a running node as its operator, with the options that say which node and how
/// its answer is shown.
class question {
 public:
  explicit question(CLI::App& of) : whom_(of), format_(of) {}

  /// Asks, and shows the object that is the answer by `print`, or as it came where JSON is wanted;
  /// the command's exit code.
  int ask(const std::string& method, const std::string& target, const std::string& body,
          const std::function<void(const nlohmann::ordered_json&)>& print);

 private:
  node whom_;
  output format_;
};

}  // namespace carillon::commands
