#include "bin/commands/node.hpp"
#include "bin/commands/output.hpp"

#include <CLI/App.hpp>

#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* path = "/api/v1/admin/deliveries";

void print_rows(const json& page) {
  for (auto& row : page.value("items", json::array()))
    std::cout << std::left << std::setw(11) << text_of(row, "status") << std::setw(13)
              << text_of(row, "channel") << std::setw(42) << text_of(row, "id") << std::setw(26)
              << text_of(row, "created_at") << text_of(row, "recipient") << "  "
              << text_of(row, "last_error") << '\n';
  if (page.contains("next") && page["next"].is_string())
    std::cout << "more: --cursor " << page["next"].get<std::string>() << '\n';
  std::cout << std::flush;
}

void print_one(const json& delivery) {
  for (auto& [key, value] : delivery.items())
    if (key != "attempt_log")
      std::cout << std::left << std::setw(20) << key << text_of(delivery, key.c_str()) << '\n';
  for (auto& attempt : delivery.value("attempt_log", json::array()))
    std::cout << "attempt " << text_of(attempt, "number") << "  " << text_of(attempt, "started_at")
              << "  " << text_of(attempt, "duration_ms") << " ms  " << text_of(attempt, "outcome")
              << "  " << text_of(attempt, "error_class") << "  "
              << text_of(attempt, "provider_code") << "  " << text_of(attempt, "excerpt") << '\n';
  std::cout << std::flush;
}

class listing {
 public:
  /// `status` fixes it; empty leaves it to `--status`.
  listing(CLI::App& of, std::string status) : whom_(of), format_(of) {
    if (status.empty())
      of.add_option("--status", filters_["status"],
                    "pending, delivering, retrying, delivered, dead, skipped, cancelled, failed");
    else
      filters_["status"] = std::move(status);
    of.add_option("--channel", filters_["channel"], "Of this channel");
    of.add_option("--event-type", filters_["event_type"], "Of events of this type");
    of.add_option("--recipient", filters_["recipient"], "To this address or user");
    of.add_option("--since", filters_["since"], "Created at or after, RFC 3339");
    of.add_option("--until", filters_["until"], "Created before, RFC 3339");
    of.add_option("--cursor", filters_["cursor"], "The next page's, as the last one gave it");
  }

  int run() {
    if (!whom_.find("cli", true))
      return wrong_usage;
    std::string query;
    for (auto& [key, value] : filters_)
      if (!value.empty())
        query.append(query.empty() ? "?" : "&").append(key).append("=").append(url_encoded(value));
    auto body = ask(whom_, "GET", path + query);
    if (!body)
      return failed;
    auto page = json::parse(*body, nullptr, false);
    if (format_.json() || !page.is_object())
      std::cout << *body << std::endl;
    else
      print_rows(page);
    return done;
  }

 private:
  node whom_;
  output format_;
  std::map<std::string, std::string> filters_;
};

class showing {
 public:
  explicit showing(CLI::App& of) : whom_(of), format_(of) {
    of.add_option("id", id_, "The delivery")->required();
  }

  int run() {
    if (!whom_.find("cli", true))
      return wrong_usage;
    auto body = ask(whom_, "GET", path + ('/' + url_encoded(id_)));
    if (!body)
      return failed;
    auto delivery = json::parse(*body, nullptr, false);
    if (format_.json() || !delivery.is_object())
      std::cout << *body << std::endl;
    else
      print_one(delivery);
    return done;
  }

 private:
  node whom_;
  output format_;
  std::string id_;
};

template <class Command>
void offer(CLI::App* command, action& run, std::shared_ptr<Command> options) {
  command->callback([&run, options] { run = [options] { return options->run(); }; });
}

}  // namespace

void add_deliveries(CLI::App& to, action& run) {
  auto* deliveries = to.add_subcommand("deliveries", "What was sent and what became of it");
  deliveries->require_subcommand(1);
  auto* list = deliveries->add_subcommand("list", "Lists deliveries, newest first");
  offer(list, run, std::make_shared<listing>(*list, ""));
  auto* show = deliveries->add_subcommand("show", "Shows one with every attempt");
  offer(show, run, std::make_shared<showing>(*show));
}

void add_dead_letters(CLI::App& to, action& run) {
  auto* letters = to.add_subcommand("dead-letters", "Deliveries that could not be made");
  letters->require_subcommand(1);
  auto* list = letters->add_subcommand("list", "Lists dead deliveries, newest first");
  offer(list, run, std::make_shared<listing>(*list, "dead"));
}

}  // namespace carillon::commands
