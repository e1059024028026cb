#pragma once

#include "tests/quiet_metrics.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace carillon::tests {

/// Metrics as plain numbers, for tests on one thread.
class counted final : public quiet_metrics {
 public:
  std::map<std::string, int> restarts{};
  std::set<std::string> began_ones{};
  std::map<std::string, std::int64_t> depths{};
  std::map<std::string, std::int64_t> deepest{};
  std::map<std::pair<std::string, priority>, std::int64_t> queued{};
  std::map<std::string, std::int64_t> dead{};
  std::map<std::string, int> delivered{};
  int commits{0};
  std::size_t rows{0};

  void sent(std::string_view channel, double) override { ++delivered[std::string{channel}]; }
  void committed(double, std::size_t n) override {
    ++commits;
    rows += n;
  }
  void began(std::string_view actor) override { began_ones.emplace(actor); }
  void restarted(std::string_view actor) override { ++restarts[std::string{actor}]; }
  void mailbox_depth(std::string_view actor, std::int64_t n) override {
    depths[std::string{actor}] = n;
    auto& deepest_yet = deepest[std::string{actor}];
    deepest_yet = std::max(deepest_yet, n);
  }
  void queue_depth(std::string_view channel, priority lane, std::int64_t n) override {
    queued[{std::string{channel}, lane}] = n;
  }
  void alert(std::string_view kind, std::string_view channel) override {
    alerts.push_back(std::string{kind} + " " + std::string{channel});
  }
  void dead_letters(std::string_view channel, std::int64_t n) override {
    dead[std::string{channel}] = n;
  }

  std::vector<std::string> alerts;
};

}  // namespace carillon::tests
