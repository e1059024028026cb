#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace carillon::bench {

/// Where the engine (or a peer) listens and how it is spoken to.
struct target {
  std::uint16_t port{0};
  std::string secret{};
  /// Speaks to Nchan instead: its publisher and subscriber locations, no tokens.
  bool nchan{false};
};

/// Fan-out of broadcasts of `frame_bytes` on the wire (a notification with all its members is at
/// least 312; 0 adds nothing to it) to `connections`, so many rounds in flight.
struct fanout {
  int connections{1000};
  int in_flight{1};
  int rounds{20};
  int frame_bytes{320};
  /// `plain`, `envelope`, `sse` or `socketio`.
  std::string form{"plain"};
  /// So many more connections read nothing: their buffers are full before the first round and their
  /// queues in the engine pass their bound during the rounds.
  int stalled{0};
  /// The process whose CPU time is told per delivery; 0 for none.
  int pid{0};
};
void run(const target& to, const fanout& how);

/// Durable POSTs over keep-alive connections for a while, each of `batch` notifications.
struct durable {
  int connections{64};
  double seconds{5};
  int batch{1};
};
void run(const target& to, const durable& how);

/// Personal notifications at a steady rate to random users online, from the POST's planned start
/// to the socket.
struct latency {
  int users{5000};
  int rate{1000};
  double seconds{5};
  int producers{16};
};
void run(const target& to, const latency& how);

/// Holds idle connections of as many users until standard input ends.
struct idle {
  int connections{10000};
};
void run(const target& to, const idle& how);

/// Events through one sender to a webhook receiver of its own; prints the receiver's port first
/// and starts when the engine's port and process come in. Each further word is a measurement:
/// `store` posts events alone, `drain` waits for what is stored.
struct webhooks {
  int events{20000};
  int producers{16};
};
void run(const target& to, const webhooks& how);

/// Events at a steady pace to two engines in turn, each with two webhook receivers of this process;
/// the first receiver of the second engine hangs and babbles all the while. Prints the ports of
/// each engine's receivers in a line, starts when each engine's port and process have come in,
/// prints a line for what each showed in a pair, and at the next word that comes in the receiver is
/// well.
struct hanging {
  /// All pairs together.
  double seconds{40};
  int pairs{5};
  int rate{300};
  int producers{16};
  /// What the first channel may send a second.
  int limit{1000};
};
void run(const target& to, const hanging& how);

/// Deliveries that wait on a channel, written into the store of an engine that does not run.
struct backlog {
  std::string url{};
  std::string channel{"hook"};
  std::size_t rows{1000};
};
void run(const backlog& how);

/// Rows of the notifications table committed by one writer for 64 who wait: what the database
/// itself gives. The schema must exist.
struct raw_commits {
  std::string url{};
  int waiters{64};
  double seconds{5};
};
void run(const raw_commits& how);

/// Fills a template from standard input, `{"template","data"}`, as often as it can, beside
/// kainjow's mustache where asked.
struct render {
  double seconds{1};
  bool html{false};
  bool kainjow{false};
};
void run(const render& how);

}  // namespace carillon::bench
