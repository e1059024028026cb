#include "bin/commands/command.hpp"

#include <CLI/App.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

void add_config(CLI::App& to, action& run) {
  auto* config = to.add_subcommand("config", "The configuration");
  config->require_subcommand(1);
  auto* defaults = config->add_subcommand(
    "default", "Prints every key with its default and a line of explanation, as TOML");
  auto given = std::make_shared<settings>(*defaults);
  defaults->callback([&run, given] {
    run = [] {
      std::cout << default_config() << std::flush;
      return std::cout ? done : failed;
    };
  });
}

}  // namespace carillon::commands
