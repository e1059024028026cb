#include "bin/commands/command.hpp"
#include "bin/store_url.hpp"
#include "storage/repository.hpp"

#include <CLI/App.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

void add_migrate(CLI::App& to, action& run) {
  auto* migrate = to.add_subcommand(
    "migrate", "Brings the schema of storage.url up to date and prints what it applied");
  auto given = std::make_shared<settings>(*migrate);
  migrate->callback([&run, given] {
    run = [given] {
      auto how = given->read();
      if (!how)
        return wrong_usage;
      make_directory_of(how->storage.url);
      auto applied = storage::migrate(how->storage.url);
      for (auto& name : applied)
        std::cout << "applied " << name << '\n';
      if (applied.empty())
        std::cout << "up to date\n";
      return done;
    };
  });
}

}  // namespace carillon::commands
