#pragma once

#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/transport.hpp"
#include "tests/quiet_metrics.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Everything around a sender in its tests: storage, provider, channel, counts.
namespace carillon::tests {

/// What stands in storage, and a persistence actor that serves wishes from it as the real one does.
struct ledger {
  struct row {
    delivery what{};
    bool owned{false};
    std::vector<attempt> attempts{};
  };

  std::map<delivery_id, row> rows{};
  std::vector<want> wishes{};
  std::vector<delivery> successors{};
  /// So many settlements are answered false, or with that error, before one is committed.
  int refuse{0};
  std::optional<errc> refuse_as{};
  /// Settlements are kept unanswered while set.
  bool stalled{false};
  std::vector<unit_ptr> kept{};
  int told{0};
  wall_clock clock{};

  void put(delivery x) { rows[x.id].what = std::move(x); }
  int count(delivery_status status) const;
};

/// A `due` message makes it serve what has come due.
persistence_actor spawn_ledger(caf::actor_system& system, std::shared_ptr<ledger> book);

/// A provider: keeps each request until it is answered, or answers by itself.
class provider final : public transport {
 public:
  struct call {
    /// The body: a delivery's title, `token?` or `probe`.
    std::string delivery{};
    steady_time at{};
    done tell{};
    http_request sent{};
    written note{};
  };

  std::vector<call> calls{};
  std::function<steady_time()> clock{};
  /// Answers at once where set: by the delivery's title and how often it was asked in all.
  std::function<std::optional<transport_result>(const std::string& delivery, int call)> reply{};
  int open{0};
  int most_open{0};
  /// A request is written as soon as it comes; else when it is said.
  bool writes_at_once{true};

  void send(request what, done tell, written note) override;
  void answer(std::size_t call, transport_result with);
  void answer_all(const transport_result& with);
};

/// Composes the delivery's title as the body, with the token, the address, `plain` and the ticket
/// in headers; reads 200, 400, 401, 404, 429 (the body is the wait in milliseconds; `own` after it
/// makes it the message's own, `spreading` also everybody's where it is told for two) and takes the
/// rest for transient. 403 is for an operator, 498 asks for another token, 422 for no markup, 301
/// for another address, the body. `worse` makes composing throw, `bad` fail, `nobody` fail for its
/// address.
class scripted final : public channel {
 public:
  /// It needs a token, which lives that long; an answer 200 to `token?` is one.
  std::optional<milliseconds> token_lives{};
  /// An answer 200 to `token?` is the tickets for one delivery each, by spaces; `own` needs none.
  bool gives_tickets{false};
  /// The limits beside the channel's own: of each recipient.
  std::optional<rate_limit> per_recipient{};
  /// How long a delivery is put off, by its title.
  std::function<milliseconds(const std::string& title, timestamp now)> waits{};
  /// The credentials can be tested.
  bool has_probe{true};

  result<request> compose(const delivery& what, const stamp& at) const override;
  outcome judge(const transport_result& came, timestamp now) const override;
  std::vector<scope_limit> scopes(const delivery& what) const override;
  milliseconds put_off(const delivery& what, timestamp now) const override {
    return waits ? waits(what.content.title, now) : milliseconds{0};
  }
  bool needs_token() const override { return token_lives.has_value(); }
  bool needs_ticket(const delivery& what, timestamp) const override {
    return gives_tickets && what.ticket.empty() && what.content.title != "own";
  }
  result<std::variant<request, grant>> authorize(const stamp& at) const override;
  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override;
  result<request> probe(const stamp& at) const override;
};

/// What senders count.
class sender_counts final : public quiet_metrics {
 public:
  int sent_{0};
  double seconds_{0};
  int retried_{0};
  std::map<error_class, int> failed_{};

  void sent(std::string_view, double seconds) override {
    ++sent_;
    seconds_ = seconds;
  }
  void failed(std::string_view, error_class why) override { ++failed_[why]; }
  void retried(std::string_view) override { ++retried_; }
};

}  // namespace carillon::tests
