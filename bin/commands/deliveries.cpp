#include "bin/commands/question.hpp"

#include <CLI/App.hpp>

#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

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
}

/// Options that say which deliveries are meant, by the names the API has for them.
class filters {
 public:
  explicit filters(CLI::App& of) : of_(of) {
    add("channel", "--channel", "Of this channel");
    add("event_type", "--event-type", "Of events of this type");
    add("recipient", "--recipient", "To this address or user");
    add("error_class", "--error-class",
        "Whose last error was transient, rate_limited, invalid_credentials, invalid_recipient or "
        "invalid_request");
    add("since", "--since", "Created at or after, RFC 3339");
    add("until", "--until", "Created before, RFC 3339");
  }

  void add(const std::string& name, const std::string& option, const std::string& help) {
    of_.add_option(option, values_[name], help);
  }
  void fix(const std::string& name, std::string value) { values_[name] = std::move(value); }

  std::string query() const {
    std::string out;
    for (auto& [key, value] : values_)
      if (!value.empty())
        out.append(out.empty() ? "?" : "&").append(key).append("=").append(url_encoded(value));
    return out;
  }

  json object() const {
    auto out = json::object();
    for (auto& [key, value] : values_)
      if (!value.empty())
        out[key] = value;
    return out;
  }

 private:
  CLI::App& of_;
  std::map<std::string, std::string> values_;
};

class listing {
 public:
  /// `status` fixes it; empty leaves it to `--status`.
  listing(CLI::App& of, std::string status) : what_(of), which_(of) {
    if (status.empty())
      which_.add("status", "--status",
                 "pending, delivering, retrying, delivered, dead, skipped, cancelled, failed");
    else
      which_.fix("status", std::move(status));
    which_.add("cursor", "--cursor", "The next page's, as the last one gave it");
  }

  int run() { return what_.ask("GET", path + which_.query(), {}, print_rows); }

 private:
  question what_;
  filters which_;
};

class showing {
 public:
  explicit showing(CLI::App& of) : what_(of) {
    of.add_option("id", id_, "The delivery")->required();
  }

  int run() { return what_.ask("GET", path + ('/' + url_encoded(id_)), {}, print_one); }

 private:
  question what_;
  std::string id_;
};

/// `retry` or `cancel` of one.
class intervening {
 public:
  intervening(CLI::App& of, std::string deed) : what_(of), deed_(std::move(deed)) {
    of.add_option("id", id_, "The delivery")->required();
  }

  int run() {
    return what_.ask("POST", path + ('/' + url_encoded(id_) + '/' + deed_), {}, [](const json& x) {
      std::cout << text_of(x, "id") << ' ' << text_of(x, "status") << '\n';
    });
  }

 private:
  question what_;
  std::string deed_;
  std::string id_;
};

class replaying_letters {
 public:
  explicit replaying_letters(CLI::App& of) : what_(of), which_(of) {
    of.add_option("id", ids_, "These alone");
  }

  int run() {
    auto which = which_.object();
    if (!ids_.empty())
      which["ids"] = ids_;
    return what_.ask("POST", "/api/v1/admin/dead-letters/replay", which.dump(), [](const json& x) {
      std::cout << text_of(x, "batchId") << ' ' << text_of(x, "count") << '\n';
    });
  }

 private:
  question what_;
  filters which_;
  std::vector<std::string> ids_;
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
  auto* retry = deliveries->add_subcommand("retry", "Sends a dead or cancelled one again");
  offer(retry, run, std::make_shared<intervening>(*retry, "retry"));
  auto* cancel = deliveries->add_subcommand("cancel", "Cancels one that has not been sent");
  offer(cancel, run, std::make_shared<intervening>(*cancel, "cancel"));
}

void add_dead_letters(CLI::App& to, action& run) {
  auto* letters = to.add_subcommand("dead-letters", "Deliveries that could not be made");
  letters->require_subcommand(1);
  auto* list = letters->add_subcommand("list", "Lists dead deliveries, newest first");
  offer(list, run, std::make_shared<listing>(*list, "dead"));
  auto* replay = letters->add_subcommand(
    "replay", "Sends those again that fit, all of them where nothing is said");
  offer(replay, run, std::make_shared<replaying_letters>(*replay));
}

}  // namespace carillon::commands
