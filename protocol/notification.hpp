#pragma once

#include "protocol/id.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// How a client shows it.
enum class notification_type : std::uint8_t { info, success, warning, error, alert };

inline constexpr std::size_t notification_type_count = 5;

/// A lane: a later urgent delivery overtakes queued normal ones on the same channel (P0 to P3).
enum class priority : std::uint8_t { low, normal, high, urgent };

/// Number of lanes; `static_cast<std::size_t>(priority)` is a lane's index.
inline constexpr std::size_t lane_count = 4;

std::string_view to_string(notification_type x);
std::string_view to_string(priority x);
std::optional<notification_type> parse_notification_type(std::string_view text);
std::optional<priority> parse_priority(std::string_view text);

/// Whom a notification is for. A user alone; or a role, a store or their intersection; or, with
/// all three empty, everybody. Where `user_id` is set the others are empty.
struct audience {
  std::string user_id{};
  std::string role{};
  std::string store_id{};

  bool personal() const noexcept { return !user_id.empty(); }
  bool broadcast() const noexcept { return user_id.empty() && role.empty() && store_id.empty(); }

  friend bool operator==(const audience&, const audience&) = default;
};

/// What someone is told, as the inbox keeps it. Empty text stands for null.
struct notification {
  notification_id id{};
  /// Its place in the inbox's order, given by the commit that makes it visible; 0 before.
  std::int64_t seq{0};
  std::string title{};
  std::string message{};
  notification_type type{notification_type::info};
  carillon::priority priority{carillon::priority::normal};
  audience to{};
  /// A JSON object as text, kept to the letter of its members; empty for null.
  std::string extra_data{};
  std::string source{};
  std::string group_key{};
  /// A second creation with the same key for the same audience within 24 h is a duplicate.
  std::string dedupe_key{};
  timestamp created_at{};
  /// When `seq` was given.
  timestamp visible_at{};
  /// In no list and no count from then on.
  std::optional<timestamp> expires_at{};
  /// Not visible before then.
  std::optional<timestamp> deliver_at{};
  /// The event that caused it, if one did.
  std::optional<event_id> event{};
  std::string trace_id{};
};

using notification_ptr = std::shared_ptr<const notification>;

/// How many a row of a folded list stands for, itself among them.
struct group_size {
  std::int64_t count{1};
  std::int64_t unread{0};
};

/// A notification as one user sees it.
struct inbox_item {
  notification_ptr what{};
  std::optional<timestamp> read_at{};
  /// Their preferences kept it from being pushed.
  bool suppressed{false};
  /// In a folded list only.
  std::optional<group_size> group{};
};

}  // namespace carillon
