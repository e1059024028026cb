#include "bin/log.hpp"

#include "bin/clock.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace carillon {

namespace {

constexpr std::string_view delivery_logger = "delivery";

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::islower(c) || c == '_';
  });
}

void add_member(std::string& to, std::string_view key, std::string_view text) {
  to.append(to.empty() ? "{" : ",").append("\"").append(key).append("\":");
  codec::append_json_string(to, text);
}

/// Takes `name=value` words off the end of a message.
std::vector<std::pair<std::string_view, std::string_view>> take_members(std::string_view& message) {
  std::vector<std::pair<std::string_view, std::string_view>> members;
  for (;;) {
    auto space = message.rfind(' ');
    if (space == std::string_view::npos)
      break;
    auto word = message.substr(space + 1);
    auto equals = word.find('=');
    if (equals == std::string_view::npos || !is_name(word.substr(0, equals)))
      break;
    members.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    message.remove_suffix(message.size() - space);
  }
  std::reverse(members.begin(), members.end());
  return members;
}

class json_formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& what, spdlog::memory_buf_t& to) override {
    auto time = codec::rfc3339(std::chrono::time_point_cast<milliseconds>(what.time));
    auto level = spdlog::level::to_string_view(what.level);
    std::string_view level_text{level.data(), level.size()};
    std::string_view text{what.payload.data(), what.payload.size()};
    auto line = json_log_line(time, level_text, text);
    if (std::string_view{what.logger_name.data(), what.logger_name.size()} == delivery_logger) {
      line = json_log_line(time, level_text, "delivered to the log");
      line.pop_back();
      line.append(",\"delivery\":").append(text).append("}");
    }
    line.push_back('\n');
    to.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<formatter> clone() const override { return std::make_unique<json_formatter>(); }
};

}  // namespace

std::string json_log_line(std::string_view time, std::string_view level, std::string_view message) {
  auto members = take_members(message);
  std::string line;
  add_member(line, "time", time);
  add_member(line, "level", level);
  add_member(line, "message", message);
  for (auto& [key, value] : members)
    if (key != "time" && key != "level" && key != "message")
      add_member(line, key, value);
  line.push_back('}');
  return line;
}

void start_log(const std::string& level, const std::string& format) {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  if (format == "json")
    sink->set_formatter(std::make_unique<json_formatter>());
  else
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v");
  spdlog::drop_all();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("carillon", sink));
  spdlog::register_logger(
    std::make_shared<spdlog::logger>(std::string{delivery_logger}, std::move(sink)));
  set_log_level(level);
}

void set_log_level(const std::string& level) {
  spdlog::set_level(spdlog::level::from_str(level));
}

void log_delivery(std::string_view line) {
  if (auto logger = spdlog::get(std::string{delivery_logger}))
    logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace carillon
