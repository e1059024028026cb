#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace CLI {
class App;
}

namespace carillon::commands {

/// `-o text` or `-o json`.
class output {
 public:
  explicit output(CLI::App& of);

  bool json() const { return format_ == "json"; }

 private:
  std::string format_{"text"};
};

/// A member as a terminal shows it; a dash where it is null or absent.
std::string text_of(const nlohmann::ordered_json& from, const char* key);

}  // namespace carillon::commands
