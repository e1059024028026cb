#include "bin/channel_book.hpp"
#include "bin/clock.hpp"
#include "bin/commands/command.hpp"
#include "bin/outbound.hpp"
#include "bin/probe.hpp"
#include "bin/store_url.hpp"
#include "bin/stored_settings.hpp"
#include "storage/repository.hpp"

#include <CLI/App.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace carillon::commands {

namespace {

/// One line, whatever a driver has to say.
void print(std::string_view verdict, std::string_view name, std::string_view type,
           std::string detail) {
  while (!detail.empty() && detail.back() == '\n')
    detail.pop_back();
  std::ranges::replace_if(
    detail, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  std::cout << verdict << ' ' << name << ' ' << type << ' ' << detail << std::endl;
}

/// Whether the channel's provider takes its credentials, as far as that can be told.
bool check_channel(const booked_channel& what, transport& over) {
  const auto& name = what.settings.name;
  const auto& type = what.settings.type;
  if (!what.settings.enabled) {
    print("skip", name, type, "disabled");
    return true;
  }
  if (type == "system" || type == "log") {
    print("ok", name, type, "needs no provider");
    return true;
  }
  const auto made = make_channel(what);
  const auto report = made ? probe_channel(**made, over, wall_time) : made.error();
  if (report) {
    print(report->ok ? "ok" : "fail", name, type, report->detail);
    return report->ok;
  }
  const bool untestable = report.error().code == errc::not_found;
  print(untestable ? "skip" : "fail", name, type, report.error().detail);
  return untestable;
}

/// What the API says beside the file; nothing where there is no database yet, or an older one.
std::vector<channel_record> stored_channels(const std::string& url) {
  const auto file = file_of(url);
  if (!file.empty() && !std::filesystem::exists(file))
    return {};
  try {
    return read_stored_settings(url).channels;
  } catch (const std::exception&) {
    return {};
  }
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
      const auto how = settings::read(given->serving());
      if (!how)
        return wrong_usage;
      const auto book =
        channel_book::open(how->channels, stored_channels(how->storage.url), book_rules_of(*how));
      if (!book) {
        print_error(book.error());
        return wrong_usage;
      }
      const auto over = outbound_of(*how);
      bool good = true;
      for (auto& [name, channel] : book->all())
        good &= check_channel(channel, *over);
      good &= check_database(how->storage.url);
      return good ? done : failed;
    };
  });
}

}  // namespace carillon::commands
