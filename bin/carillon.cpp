#include "bin/commands/command.hpp"
#include "bin/config/suggest.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

/// Says so where a word stands in a command's place that is none.
bool unknown_command(const CLI::App& program) {
  const auto* at = &program;
  while (!at->get_subcommands().empty())
    at = at->get_subcommands().front();
  std::vector<std::string> known;
  for (const auto* x : at->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(x->get_name());
  const auto rest = at->remaining();
  if (known.empty() || rest.empty() || rest.front().starts_with('-'))
    return false;
  std::cerr << rest.front() << ": there is no such command"
            << carillon::configuration::did_you_mean(rest.front(), known)
            << "\nRun with --help for more information.\n";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace carillon::commands;
  CLI::App program{"Carillon takes notifications in, keeps them and brings them to people.",
                   "carillon"};
  program.set_version_flag("--version", std::string{version()});
  program.require_subcommand(1);
  action run;
  add_serve(program, run);
  add_migrate(program, run);
  add_check(program, run);
  add_token(program, run);
  add_send(program, run);
  add_tail(program, run);
  add_deliveries(program, run);
  add_templates(program, run);
  add_dead_letters(program, run);
  add_config(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (unknown_command(program))
      return wrong_usage;
    return program.exit(e) == 0 ? done : wrong_usage;
  }
  try {
    return run();
  } catch (const std::exception& e) {
    std::cerr << "carillon: " << e.what() << '\n';
    return failed;
  }
}
