#pragma once

#include "protocol/metrics.hpp"

namespace carillon::tests {

/// Metrics that count nothing: what a test looks at, it overrides.
class quiet_metrics : public metrics {
 public:
  void notification_created(std::string_view, std::int64_t) override {}
  void event(std::string_view, std::string_view) override {}
  void sent(std::string_view, double) override {}
  void failed(std::string_view, error_class) override {}
  void retried(std::string_view) override {}
  void committed(double, std::size_t) override {}
  void pushed(double) override {}
  void began(std::string_view) override {}
  void restarted(std::string_view) override {}
  void alert(std::string_view, std::string_view) override {}
  void request(std::string_view, int, double) override {}
  void connections(std::int64_t) override {}
  void users_online(std::int64_t) override {}
  void mailbox_depth(std::string_view, std::int64_t) override {}
  void queue_depth(std::string_view, priority, std::int64_t) override {}
  void dead_letters(std::string_view, std::int64_t) override {}
};

}  // namespace carillon::tests
