#pragma once

#include "protocol/metrics.hpp"

#include <memory>
#include <string>

namespace carillon {

/// The engine's counts under the names of its public contract, kept by prometheus-cpp. Label values
/// are looked up in caches of its own; of event types beyond 200 all count as `other`.
class prometheus_metrics final : public metrics {
 public:
  prometheus_metrics();
  ~prometheus_metrics() override;

  /// Everything counted so far, in the text format 0.0.4.
  std::string scrape() const;

  void notification_created(std::string_view channel, std::int64_t count = 1) override;
  void event(std::string_view type, std::string_view status) override;
  void sent(std::string_view channel, double accept_to_delivered_seconds) override;
  void failed(std::string_view channel, error_class why) override;
  void retried(std::string_view channel) override;
  void committed(double seconds, std::size_t rows) override;
  void pushed(double commit_to_socket_seconds) override;
  void began(std::string_view actor) override;
  void restarted(std::string_view actor) override;
  void request(std::string_view route, int status, double seconds) override;

  void connections(std::int64_t now) override;
  void users_online(std::int64_t now) override;
  void mailbox_depth(std::string_view actor, std::int64_t now) override;
  void queue_depth(std::string_view channel, priority lane, std::int64_t now) override;
  void dead_letters(std::string_view channel, std::int64_t now) override;
  void alert(std::string_view kind, std::string_view channel) override;

 private:
  struct families;
  std::unique_ptr<families> all_;
};

}  // namespace carillon
