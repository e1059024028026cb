#pragma once

#include "protocol/delivery.hpp"

#include <cstdint>
#include <string_view>

namespace carillon {

/// What the engine counts, in its own words; every call is cheap and safe from any thread.
/// `adapters/prometheus` keeps the names, help texts and buckets.
class metrics {
 public:
  virtual ~metrics() = default;

  virtual void notification_created(std::string_view channel, std::int64_t count = 1) = 0;
  virtual void event(std::string_view type, std::string_view status) = 0;
  virtual void sent(std::string_view channel, double accept_to_delivered_seconds) = 0;
  virtual void failed(std::string_view channel, error_class why) = 0;
  virtual void retried(std::string_view channel) = 0;
  virtual void committed(double seconds, std::size_t rows) = 0;
  virtual void pushed(double commit_to_socket_seconds) = 0;
  /// An actor that may be restarted began.
  virtual void began(std::string_view actor) = 0;
  virtual void restarted(std::string_view actor) = 0;
  virtual void alert(std::string_view kind, std::string_view channel) = 0;
  virtual void request(std::string_view route, int status, double seconds) = 0;

  virtual void connections(std::int64_t now) = 0;
  virtual void users_online(std::int64_t now) = 0;
  virtual void mailbox_depth(std::string_view actor, std::int64_t now) = 0;
  virtual void queue_depth(std::string_view channel, priority lane, std::int64_t now) = 0;
  virtual void dead_letters(std::string_view channel, std::int64_t now) = 0;
};

}  // namespace carillon
