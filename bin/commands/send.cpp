#include "bin/commands/question.hpp"

#include <CLI/App.hpp>

#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

class send {
 public:
  explicit send(CLI::App& of) : what_(of) {
    auto* title = of.add_option("--title", title_, "Posts a notification with this title");
    auto* message = of.add_option("--message", message_, "Its text");
    message->needs(title);
    title->needs(message);
    of.add_option("--user", user_, "For this user (else for a role, a store or everybody)");
    of.add_option("--role", role_, "For a role");
    of.add_option("--store", store_, "For a store");
    of.add_option("--type", type_, "info, success, warning, error, alert");
    of.add_option("--priority", priority_, "low, normal, high, urgent");
    of.add_option("--channel", channels_, "system unless given; may be repeated")
      ->allow_extra_args(false);
    auto* event = of.add_option("--event", event_, "Posts an event of this type instead");
    of.add_option("--data", data_, "The event's data, a JSON object")->needs(event);
    of.add_option("--entity", entity_, "What the event is about")->needs(event);
    event->excludes(title);
  }

  int run() {
    if (title_.empty() && event_.empty()) {
      std::cerr << "give --title and --message, or --event\n";
      return wrong_usage;
    }
    auto body = event_.empty() ? notification() : event();
    if (!body)
      return wrong_usage;
    return event_.empty()
             ? what_.ask("POST", "/api/v1/notifications", body->dump(), print_notification)
             : what_.ask("POST", "/api/v1/events", body->dump(), print_event);
  }

 private:
  using json = nlohmann::ordered_json;

  static void put(json& to, const char* key, const std::string& value) {
    if (!value.empty())
      to[key] = value;
  }

  std::optional<json> notification() const {
    json body{{"title", title_}, {"message", message_}};
    put(body, "user_id", user_);
    put(body, "role", role_);
    put(body, "store_id", store_);
    put(body, "type", type_);
    put(body, "priority", priority_);
    if (!channels_.empty())
      body["channels"] = channels_;
    return body;
  }

  std::optional<json> event() const {
    json body{{"type", event_}};
    put(body, "recipient", user_);
    put(body, "priority", priority_);
    put(body, "entity_id", entity_);
    body["data"] = json::parse(data_, nullptr, false);
    if (body["data"].is_object())
      return body;
    std::cerr << "--data: must be a JSON object\n";
    return std::nullopt;
  }

  static void print_event(const json& accepted) {
    std::cout << text_of(accepted, "status") << ' ' << text_of(accepted, "event_id") << '\n';
    for (auto& delivery : accepted.value("deliveries", json::array()))
      std::cout << "  " << text_of(delivery, "status") << ' ' << text_of(delivery, "channel") << ' '
                << text_of(delivery, "id") << '\n';
  }

  static void print_notification(const json& created) {
    std::cout << (created.value("duplicate", false) ? "duplicate " : "created ")
              << text_of(created, "id") << '\n';
  }

  question what_;
  std::string title_, message_, user_, role_, store_, type_, priority_, event_, entity_;
  std::string data_{"{}"};
  std::vector<std::string> channels_;
};

}  // namespace

void add_send(CLI::App& to, action& run) {
  auto* command = to.add_subcommand("send", "Posts a notification or an event to a running node");
  auto options = std::make_shared<send>(*command);
  command->callback([&run, options] { run = [options] { return options->run(); }; });
}

}  // namespace carillon::commands
