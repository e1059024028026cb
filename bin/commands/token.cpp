#include "bin/commands/command.hpp"
#include "bin/mint.hpp"
#include "protocol/rules/durations.hpp"

#include <CLI/App.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

struct token_options {
  explicit token_options(CLI::App& of) : given(of) {
    of.add_option("--sub", who.subject, "The user id")->required();
    of.add_option("--role", who.roles, "A role; may be repeated")->allow_extra_args(false);
    of.add_option("--store", who.stores, "A store; may be repeated")->allow_extra_args(false);
    of.add_option("--scope", who.scopes, "publish or admin; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"publish", "admin"}));
    of.add_option("--locale", who.locale, "Language, such as zh-CN");
    of.add_option("--ttl", ttl, "How long it holds")->capture_default_str();
  }

  int run() const {
    if (!http::is_user_id(who.subject)) {
      std::cerr << "--sub: must have 1 to 128 bytes without control characters\n";
      return wrong_usage;
    }
    auto holds = rules::parse_duration(ttl);
    if (!holds || holds->count() <= 0) {
      std::cerr << "--ttl: must be a time such as 30m or 24h\n";
      return wrong_usage;
    }
    auto how = given.read();
    if (!how || !has_secret(*how))
      return wrong_usage;
    auto token = mint_token(*how, who, *holds);
    if (!token) {
      print_error(token.error());
      return failed;
    }
    std::cout << *token << std::endl;
    return done;
  }

  settings given;
  http::jwt_claims who;
  std::string ttl{"1h"};
};

}  // namespace

void add_token(CLI::App& to, action& run) {
  auto* token = to.add_subcommand("token", "Mints a JWT with the configured secret and prints it");
  auto options = std::make_shared<token_options>(*token);
  token->callback([&run, options] { run = [options] { return options->run(); }; });
}

}  // namespace carillon::commands
