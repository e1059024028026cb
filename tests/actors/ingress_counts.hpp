#pragma once

#include "tests/quiet_metrics.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace carillon::tests {

/// What ingress counts, as `name label…` to how often.
class ingress_counts final : public quiet_metrics {
 public:
  std::map<std::string, std::int64_t> all{};

  void notification_created(std::string_view channel, std::int64_t count) override {
    all["created " + std::string{channel}] += count;
  }
  void failed(std::string_view channel, error_class why) override {
    ++all["failed " + std::string{channel} + ' ' + std::string{to_string(why)}];
  }
  void event(std::string_view type, std::string_view status) override {
    ++all["event " + std::string{type} + ' ' + std::string{status}];
  }
};

}  // namespace carillon::tests
