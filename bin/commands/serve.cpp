#include "bin/app/app.hpp"
#include "bin/commands/command.hpp"
#include "bin/demo.hpp"
#include "bin/log.hpp"
#include "bin/stored_settings.hpp"

#include <CLI/App.hpp>

#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

/// The key was given as a file, so its content is only looked at here.
bool has_usable_key(const config& how) {
  try {
    make_authenticator(how);
    return true;
  } catch (const std::invalid_argument& e) {
    std::cerr << (how.auth.jwt_public_key_file.empty() ? "auth.jwt_secret: "
                                                       : "auth.jwt_public_key_file: ")
              << e.what() << '\n';
    return false;
  }
}

class serve {
 public:
  explicit serve(CLI::App& of) : given_(of) {
    of.add_flag("--demo", demo_,
                "On 127.0.0.1:8000, with a database and a secret of its own under ./var");
  }

  int run() const {
    auto base = demo_ ? prepare_demo() : std::string{};
    auto how = given_.read(base);
    if (!how || !has_secret(*how) || !has_usable_key(*how))
      return wrong_usage;
    start_log(how->log.level, how->log.format);
    if (auto size = how->auth.jwt_secret.size(); size > 0 && size < 32)
      spdlog::warn("auth.jwt_secret is short: HS256 wants 32 random bytes or more");
    app node{*how, [this, base] { return read_config(given_.sources(base)); }};
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
