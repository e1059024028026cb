#include "bin/commands/output.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace carillon::commands {

output::output(CLI::App& of) {
  of.add_option("-o,--output", format_, "text, or json as the node answered")
    ->check(CLI::IsMember({"text", "json"}))
    ->capture_default_str();
}

std::string text_of(const nlohmann::ordered_json& from, const char* key) {
  auto found = from.find(key);
  if (found == from.end() || found->is_null())
    return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace carillon::commands
