#include "bin/commands/question.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace carillon::commands {

int question::ask(const std::string& method, const std::string& target, const std::string& body,
                  const std::function<void(const nlohmann::ordered_json&)>& print) {
  if (!whom_.find("cli", true))
    return wrong_usage;
  const auto answer = commands::ask(whom_, method, target, body);
  if (!answer)
    return failed;
  const auto read = nlohmann::ordered_json::parse(*answer, nullptr, false);
  if (format_.json() || !read.is_object())
    std::cout << *answer << '\n';
  else
    print(read);
  std::cout << std::flush;
  return done;
}

}  // namespace carillon::commands
