#pragma once

#include "adapters/http/desk.hpp"
#include "adapters/http/gate.hpp"
#include "adapters/http/parser.hpp"
#include "adapters/http/responder.hpp"
#include "adapters/stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::http {

/// One HTTP connection: reads a request, has it handled, writes the answer, reads the next. What
/// a client sends ahead waits unread. Lives on its shard's thread; only `answer_later` may come
/// from another.
class http_connection final : public reply_sink,
                              public connection_hook,
                              public std::enable_shared_from_this<http_connection>,
                              private parser::body_sink {
 public:
  http_connection(std::shared_ptr<desk> at, stream_ptr over, live::shard::seat seat);
  ~http_connection() override;

  /// Waits for the first request.
  void start();

  /// Says why there is no more to be had here, then closes. Counts for the route that was asked
  /// for at that time, where one was.
  void refuse(const error& why, const route* of = nullptr, steady_time asked = {});

  void close();

  // -- reply_sink -----------------------------------------------------------------------------

  void answer_now(std::uint64_t request, reply with) override;
  void answer_later(std::shared_ptr<reply_sink> self, std::uint64_t request,
                    std::shared_ptr<pending_reply> with) override;
  void go_live(std::uint64_t request, live::takeover_ptr by) override;

 private:
  enum class phase : std::uint8_t {
    handshake,
    head,
    body,
    working,
    writing,
    live,       ///< about to be handed over
    lingering,  ///< answered; what the client still sends is thrown away
    closed,
  };

  // Reading.
  void go_on();
  bool reading() const noexcept;
  void read();
  void feed(std::string_view bytes);
  std::size_t consume(std::string_view bytes);
  std::size_t consume_head(std::string_view bytes);
  std::size_t consume_body(std::string_view bytes);
  bool take(std::string_view piece) override;

  // One request.
  void begin_request(std::string_view head_text);
  void begin_body();
  void handle();
  void reject(reply with);
  void hand_over();

  // Writing.
  void send(reply with);
  void flush();
  void finish();
  void linger();

  void wait(stream::socket_type::wait_type what, void (http_connection::*then)());
  void arm(milliseconds after);
  void on_timeout();

  std::shared_ptr<desk> desk_;
  stream_ptr stream_;
  live::shard::seat seat_;
  plain_place plain_;
  live::timer_wheel::timer timer_;
  phase phase_ = phase::handshake;

  /// Bytes read and not yet used.
  std::string ahead_;
  std::size_t scanned_ = 0;
  bool consuming_ = false;
  std::size_t lingered_ = 0;

  /// The request in work; `head_text_` is what its views look at.
  std::uint64_t number_ = 0;
  std::string head_text_;
  parser parser_;
  request request_;
  admission admission_;
  std::string body_;
  /// Set where the body is only read to be thrown away before this is answered.
  std::optional<reply> rejection_;
  live::takeover_ptr taken_over_;

  std::string out_head_;
  std::string out_body_;
  std::size_t written_ = 0;
  bool close_after_ = false;
  bool unread_ = false;
};

}  // namespace carillon::http
