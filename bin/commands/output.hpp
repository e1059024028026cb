#pragma once

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

}  // namespace carillon::commands
