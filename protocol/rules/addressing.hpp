#pragma once

#include "protocol/delivery.hpp"
#include "protocol/draft.hpp"
#include "protocol/route.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::rules {

/// Somebody, or something, to be told.
struct target {
  enum class kind : std::uint8_t {
    nobody,   ///< no one was named
    group,    ///< a role, a store or everybody: no address of theirs is known here
    user,     ///< a user id
    text,     ///< a user id if one is stored under it, otherwise an address
    address,  ///< an address
  };

  kind is{kind::nobody};
  std::string text{};
};

std::string_view to_string(target::kind x);
std::optional<target::kind> parse_target_kind(std::string_view text);

/// How a channel gets to a target, or why it does not.
struct reach {
  std::string recipient{};
  std::string user_id{};
  /// The reason of a skipped delivery; empty where it can be sent.
  std::string why_not{};
  /// The user is not to be disturbed before then.
  timestamp not_before{};
};

/// What the deliveries of one message have in common.
struct message {
  carillon::content content{};
  std::optional<event_id> event{};
  std::optional<notification_id> notification{};
  notification_type type{notification_type::info};
  std::string source{};
  carillon::priority priority{carillon::priority::normal};
  std::string trace_id{};
  timestamp now{};
  /// When the first attempt may start.
  timestamp due_at{};
  /// Nobody is told from then on.
  timestamp expires_at{timestamp::max()};
  /// It cannot be said: what would have been sent has failed.
  bool refused{false};
};

/// Finds addresses: what is configured and what is stored, asked together.
class addressing {
 public:
  addressing(const catalog& what, const facts& known) : catalog_(what), known_(known) {}

  /// The channel of that name; null where none is configured.
  const channel_entry* find(const std::string& channel) const;

  /// Whether it is the inbox, which is reached by a notification and not by a delivery.
  bool is_inbox(const std::string& channel) const;

  /// Whether what is stored of a user decides how the channel gets to them: it is configured, and
  /// not the inbox.
  bool asks_facts(const std::string& channel) const;

  /// The same targets, but the channel's own addresses, each once, in place of those who have none
  /// on it.
  std::vector<target> expanded(const std::string& channel, std::vector<target> who) const;

  /// How the message gets to the target, whose preferences are heeded.
  reach reach_on(const std::string& channel, const target& who, const message& what) const;

  /// A delivery to `where` with its whole failover chain (`failover` in place of the channels' own
  /// where it is not empty); `skipped` where it cannot be sent, `failed` where the message is
  /// refused. Its id is not set.
  std::shared_ptr<delivery> deliver(const std::string& channel, const target& who, reach where,
                                    const std::vector<std::string>& failover,
                                    const message& what) const;

 private:
  reach address_on(const std::string& channel, const target& who) const;
  bool lacks_address(const std::string& channel, const target& who) const;
  std::vector<std::string> chain(const std::string& channel,
                                 const std::vector<std::string>& failover) const;

  const catalog& catalog_;
  const facts& known_;
};

/// Whether messages may be sent on a channel of that name: it is configured, or the inbox.
bool has_channel(const catalog& what, const std::string& channel);

/// True for a text that is an address of the web.
bool is_url(std::string_view text);

/// True for a text that may be a user id.
bool may_be_user(std::string_view text);

}  // namespace carillon::rules
