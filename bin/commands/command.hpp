#pragma once

#include "bin/config/config.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace carillon::commands {

/// What a process ends with.
enum exit_code : int { done = 0, failed = 1, wrong_usage = 2 };

/// Set by the command that was asked for; returns the exit code.
using action = std::function<int()>;

// -- one file each ------------------------------------------------------------------------------

void add_serve(CLI::App& to, action& run);
void add_migrate(CLI::App& to, action& run);
void add_check(CLI::App& to, action& run);
void add_token(CLI::App& to, action& run);
void add_send(CLI::App& to, action& run);
void add_tail(CLI::App& to, action& run);
void add_deliveries(CLI::App& to, action& run);
void add_dead_letters(CLI::App& to, action& run);
void add_templates(CLI::App& to, action& run);
void add_config(CLI::App& to, action& run);

// -- what they share ----------------------------------------------------------------------------

/// `--config` and `--set`, which every command takes.
class settings {
 public:
  explicit settings(CLI::App& of);

  /// Where the configuration comes from; `base` stands in for the built-in defaults.
  configuration::sources sources(std::string base = {}) const;

  /// The same for a node that serves: the files it needs must be there.
  configuration::sources serving(std::string base = {}) const;

  /// The configuration; its faults are printed to standard error, and then there is nothing.
  std::optional<config> read() const { return read(sources()); }
  static std::optional<config> read(const configuration::sources& from);

 private:
  std::string file_;
  std::vector<std::string> flags_;
};

/// True where tokens can be checked; else says on standard error which key to set.
bool has_secret(const config& how);

/// The process's environment, by name.
std::map<std::string, std::string> environment();

/// Prints the faults of an error, one line each, to standard error.
void print_error(const error& what);

std::string_view version();

}  // namespace carillon::commands
