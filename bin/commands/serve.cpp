#include "bin/app/app.hpp"
#include "bin/commands/command.hpp"
#include "bin/demo.hpp"
#include "bin/log.hpp"
#include "bin/store_url.hpp"
#include "bin/stored_settings.hpp"

#include <CLI/App.hpp>

#include <spdlog/spdlog.h>

#include <filesystem>
#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

/// Looked at before anything is made.
bool has_place(const std::string& url) {
  const auto file = file_of(url);
  if (file.empty() || std::filesystem::exists(file) || can_be_made(file))
    return true;
  std::cerr << "storage.url: " << file
            << " cannot be made: its directory is not there, or is not to be written\n";
  return false;
}

class serve {
 public:
  explicit serve(CLI::App& of) : given_(of) {
    of.add_flag("--demo", demo_,
                "On 127.0.0.1:8000, with a database and a secret of its own under ./var");
  }

  int run() const {
    const auto from = given_.serving(demo_ ? prepare_demo() : std::string{});
    const auto how = settings::read(from);
    if (!how || !has_place(how->storage.url))
      return wrong_usage;
    start_log(how->log.level, how->log.format);
    if (auto size = how->auth.jwt_secret.size(); size > 0 && size < 32)
      spdlog::warn("auth.jwt_secret is short: HS256 wants 32 random bytes or more");
    app node{*how, [from] { return read_config(from); }};
    try {
      node.start();
    } catch (const invalid_configuration& e) {
      print_error(e.why);
      return wrong_usage;
    }
    if (demo_)
      print_demo(std::cout, *how, node.port());
    return node.run();
  }

 private:
  settings given_;
  bool demo_ = false;
};

}  // namespace

void add_serve(CLI::App& to, action& run) {
  auto* command = to.add_subcommand("serve", "Runs a node until it is told to stop");
  auto options = std::make_shared<serve>(*command);
  command->callback([&run, options] { run = [options] { return options->run(); }; });
}

}  // namespace carillon::commands
