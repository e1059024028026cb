#include "bin/commands/output.hpp"

#include <CLI/App.hpp>

namespace carillon::commands {

output::output(CLI::App& of) {
  of.add_option("-o,--output", format_, "text, or json as the node answered")
    ->check(CLI::IsMember({"text", "json"}))
    ->capture_default_str();
}

}  // namespace carillon::commands
