#include "bin/log.hpp"

#include "bin/clock.hpp"
#include "bin/log_line.hpp"
#include "protocol/codec/time.hpp"

#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace carillon {

namespace {

constexpr std::string_view delivery_logger = "delivery";

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

/// The message of a line for people.
class shown_message final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& what, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const auto text = text_log_message({what.payload.data(), what.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<shown_message>();
  }
};

std::unique_ptr<spdlog::formatter> line_formatter() {
  auto out = std::make_unique<spdlog::pattern_formatter>();
  out->add_flag<shown_message>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %*");
  return out;
}

}  // namespace

void start_log(const std::string& level, const std::string& format) {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  if (format == "json")
    sink->set_formatter(std::make_unique<json_formatter>());
  else
    sink->set_formatter(line_formatter());
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
