#include "bin/commands/command.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <iostream>

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
    return program.exit(e) == 0 ? done : wrong_usage;
  }
  try {
    return run();
  } catch (const std::exception& e) {
    std::cerr << "carillon: " << e.what() << '\n';
    return failed;
  }
}
