#pragma once

#include "adapters/live/socket_connection.hpp"
#include "adapters/live/takeover.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carillon::live {

/// The answers to the request for an event stream, of which one is given.
struct stream_answers {
  /// The head of the 200; events follow it until the connection ends.
  frame_ptr accepted{};
  /// All of the answer to a user who has too many connections.
  std::string too_many{};
  /// Told of the one that was given, by its status.
  std::function<void(int status)> given{};
};

/// A stream of Server-Sent Events. Its answer waits until its session takes it, so that a client
/// that sees the head misses nothing from then on. The client only listens: what it sends is thrown
/// away, and whether it is still there is seen by what its TCP acknowledges.
class event_stream final : public socket_connection {
 public:
  event_stream(shard& on, live_services_ptr with, connection_parts parts, stream_answers answers);

 private:
  std::string encode(const live_event& what) const override;
  void shut(close_code code, std::string_view reason) override;
  void beat() override;
  bool paused() const noexcept override { return false; }
  void feed(std::span<const char> bytes) override;
  void go_on() override;

  std::unique_ptr<stream_answers> answers_;  ///< until one is given
};

/// What a client asked for.
struct stream_request {
  principal_ptr who{};
  /// The texts of `?since=` and of `Last-Event-ID`, where there are any. The latter wins: a
  /// browser that comes back repeats the address it began with.
  std::optional<std::string> since{};
  std::string last_event_id{};
  stream_answers answers{};
};

/// Makes an event stream of the request's connection and attaches it to presence. `place` is not
/// empty.
takeover_ptr make_stream(stream_request asked, census::place place);

}  // namespace carillon::live
