#include "bin/commands/command.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <unistd.h>

#include <iostream>
#include <memory>

namespace carillon::commands {

settings::settings(CLI::App& of) {
  of.add_option("--config", file_,
                "Configuration file (else $CARILLON_CONFIG, else ./carillon.toml)")
    ->type_name("FILE");
  of.add_option("--set", flags_, "Sets one key, over file and environment; may be repeated")
    ->type_name("SECTION.KEY=VALUE")
    ->allow_extra_args(false);
}

configuration::sources settings::sources(std::string base) const {
  return find_sources(file_, flags_, environment(), std::move(base));
}

configuration::sources settings::serving(std::string base) const {
  auto from = sources(std::move(base));
  from.serves = true;
  return from;
}

std::optional<config> settings::read(const configuration::sources& from) {
  auto read = read_config(from);
  if (read)
    return std::move(*read);
  print_error(read.error());
  return std::nullopt;
}

bool has_secret(const config& how) {
  if (!how.auth.jwt_secret.empty() || !how.auth.jwt_public_key_file.empty())
    return true;
  std::cerr << "auth.jwt_secret: is not set, and there is no default secret; set it (for instance "
               "CARILLON_AUTH__JWT_SECRET=\"$(openssl rand -base64 33)\"), or "
               "auth.jwt_public_key_file\n";
  return false;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> all;
  for (auto** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text{*entry};
    if (auto equals = text.find('='); equals != std::string_view::npos)
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

void print_error(const error& what) {
  std::cerr << what.detail << '\n';
  for (auto& fault : what.faults)
    std::cerr << "  " << fault.path << ": " << fault.message << '\n';
}

std::string_view version() {
  return CARILLON_VERSION;
}

}  // namespace carillon::commands
