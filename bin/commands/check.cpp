#include "adapters/channels/registry.hpp"
#include "bin/commands/command.hpp"
#include "bin/store_url.hpp"
#include "storage/repository.hpp"

#include <CLI/App.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

void print(std::string_view verdict, std::string_view name, std::string_view type,
           std::string_view detail) {
  std::cout << verdict << ' ' << name << ' ' << type << ' ' << detail << std::endl;
}

/// A channel's settings were checked when they were read; what is left is to ask its provider,
/// which none of these types can without sending.
void check_channel(const channel_settings& channel) {
  if (!channel.enabled)
    print("skip", channel.name, channel.type, "disabled");
  else if (channel.type == "system" || channel.type == "log")
    print("ok", channel.name, channel.type, "needs no provider");
  else
    print("skip", channel.name, channel.type, "cannot be tested without sending");
}

bool check_database(const std::string& url) {
  auto engine = engine_of(url);
  try {
    auto file = file_of(url);
    if (!file.empty() && !std::filesystem::exists(file)) {
      const bool possible = can_be_made(file);
      print(possible ? "ok" : "fail", "database", engine,
            file + (possible ? " is made at the first start" : " cannot be made"));
      return possible;
    }
    storage::open_reader(url);
    print("ok", "database", engine, "connected");
    return true;
  } catch (const std::exception& e) {
    print("fail", "database", engine, e.what());
    return false;
  }
}

}  // namespace

void add_check(CLI::App& to, action& run) {
  auto* check = to.add_subcommand(
    "check", "Validates the configuration and tests each channel and the database");
  auto given = std::make_shared<settings>(*check);
  check->callback([&run, given] {
    run = [given] {
      auto how = given->read();
      if (!how || !has_secret(*how))
        return wrong_usage;
      for (auto& [name, channel] : how->channels)
        check_channel(channel);
      return check_database(how->storage.url) ? done : failed;
    };
  });
}

}  // namespace carillon::commands
