#pragma once

#include "protocol/administration.hpp"
#include "protocol/answer.hpp"
#include "protocol/collection.hpp"
#include "protocol/delivery.hpp"
#include "protocol/draft.hpp"
#include "protocol/event.hpp"
#include "protocol/notification.hpp"
#include "protocol/operation.hpp"
#include "protocol/preferences.hpp"
#include "protocol/principal.hpp"
#include "protocol/scope_history.hpp"
#include "protocol/template.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

struct acceptance;

/// One page of an inbox, newest `seq` first.
struct inbox_page {
  std::vector<inbox_item> items{};
  /// Pass it as `before` for the next page; nothing on the last.
  std::optional<std::int64_t> next{};
};

/// A user's inbox: entitled, visible at `now`, not deleted.
struct list_inbox {
  principal_ptr who{};
  timestamp now{};
  std::optional<bool> is_read{};
  std::optional<notification_type> type{};
  std::optional<carillon::priority> priority{};
  std::optional<std::string> source{};
  std::optional<std::string> group_key{};
  /// Of those with the same `group_key` only the newest, with their number.
  bool fold{false};
  int limit{20};
  int offset{0};
  /// Only those with a smaller `seq`.
  std::optional<std::int64_t> before{};
  answer<inbox_page> reply{};
};

/// One notification of the asker's own, else `not_found`.
struct get_notification {
  principal_ptr who{};
  timestamp now{};
  notification_id id{};
  answer<inbox_item> reply{};
};

/// How many of the asker's visible notifications are unread.
struct count_unread {
  principal_ptr who{};
  timestamp now{};
  answer<std::int64_t> reply{};
};

/// What a user's inbox holds.
struct inbox_counts {
  std::int64_t total{0};
  std::int64_t unread{0};
  /// By `static_cast<std::size_t>(notification_type)`, and so on.
  std::array<std::int64_t, notification_type_count> by_type{};
  std::array<std::int64_t, lane_count> by_priority{};
};

/// How many deliveries a channel has in each state, by `static_cast<std::size_t>(delivery_status)`.
using status_counts = std::array<std::int64_t, delivery_status_count>;

/// Those of every channel that has any. `system` is always among them: its rows are delivered once
/// they are visible.
using delivery_counts = std::map<std::string, status_counts>;

struct inbox_stats {
  inbox_counts own{};
  /// Where they were asked for.
  std::optional<delivery_counts> deliveries{};
};

/// Counts the asker's inbox and, for an operator, deliveries.
struct read_stats {
  principal_ptr who{};
  timestamp now{};
  bool deliveries{false};
  answer<inbox_stats> reply{};
};

/// Rows of (after, upto] by `seq`, in order, and for one user with when they read them.
struct seq_page {
  std::vector<inbox_item> items{};
  /// Everything up to here is in this page or before it.
  std::int64_t upto{0};
  /// Nothing at or below it is kept any more (pruned by retention).
  std::int64_t floor{0};
};

/// What `who` is entitled to in (after, upto], not deleted and not suppressed by their preferences;
/// for all when `who` is null.
struct read_range {
  principal_ptr who{};
  timestamp now{};
  std::int64_t after{0};
  std::int64_t upto{0};
  int limit{100};
  answer<seq_page> reply{};
};

/// Where the inbox stands.
struct inbox_state {
  /// The last `seq` given.
  std::int64_t head{0};
  /// The last `seq` pruned.
  std::int64_t floor{0};
};

struct read_state {
  answer<inbox_state> reply{};
};

/// A user's preferences that hold for any `seq` above `after`, the oldest version first; nothing
/// where they never had any. The last one is what they are now.
struct read_preferences {
  std::string user_id{};
  std::int64_t after{0};
  answer<std::vector<preferences_version>> reply{};
};

/// People on a channel with addresses who are told by the commit of an event; more are told by a
/// bulk.
inline constexpr std::size_t most_told_at_once = bulk_chunk_users;

/// What is stored of these users, for planning, and of those who have a role or a store that is
/// asked for, at most one more than `most_told_at_once` of each.
struct gather_facts {
  std::vector<std::string> user_ids{};
  answer<facts> reply{};
  std::vector<audience> groups{};
};

/// One page of deliveries, newest first.
struct delivery_page {
  std::vector<delivery_ptr> items{};
  std::optional<delivery_id> next{};
};

/// The operator's list.
struct list_deliveries : delivery_filter {
  std::optional<delivery_id> before{};
  int limit{50};
  answer<delivery_page> reply{};
};

/// A delivery with every attempt.
struct delivery_story {
  delivery_ptr what{};
  std::vector<attempt> attempts{};
};

struct get_delivery {
  delivery_id id{};
  answer<delivery_story> reply{};
};

/// Digests that are over and wait for their message, the longest first, at most so many.
struct list_collections {
  int limit{50};
  answer<std::vector<collection>> reply{};
};

/// What would become of an event if it were stored now, as far as the store decides: its `done` is
/// filled as by the commit, and `plan` holds what would be told.
struct foresee {
  std::shared_ptr<acceptance> what{};
  timestamp now{};
  answer<std::shared_ptr<acceptance>> reply{};
};

/// How far a batch is, else `not_found`.
struct get_batch {
  batch_id id{};
  answer<batch_record> reply{};
};

/// One page of those whom nothing of a bulk reached, by their ids.
struct bulk_failure_page {
  std::vector<bulk_failure> items{};
  /// Pass it as `after` for the next page; nothing on the last.
  std::optional<std::string> next{};
};

/// They, as far as all of theirs is final; `not_found` where there is no such batch.
struct list_bulk_failures {
  batch_id id{};
  /// Only users behind this one.
  std::string after{};
  int limit{1000};
  answer<bulk_failure_page> reply{};
};

/// The users who come next in a bulk, of the most urgent one; nothing where all have had their
/// turn.
struct next_bulk_slice {
  answer<std::optional<bulk_slice>> reply{};
};

/// Readers that are told of one notification.
inline constexpr int most_readers = 1000;

/// A notification of an event, and who has read it: of a personal one its user, of others those who
/// marked it, the earliest first.
struct event_notification {
  struct reader {
    std::string user_id{};
    timestamp read_at{};
  };

  notification_ptr what{};
  std::vector<reader> readers{};
  /// The user's preferences keep it from being pushed.
  bool suppressed{false};
  /// When a personal one went to a live connection of its user.
  std::optional<timestamp> pushed_at{};
};

/// Deliveries that are told of one event.
inline constexpr std::size_t most_event_deliveries = 1000;

/// An event with all that came of it: of its deliveries the first.
struct event_story {
  event what{};
  std::vector<delivery_story> deliveries{};
  std::vector<event_notification> notifications{};
  /// How far the bulk is that tells those who are too many for one commit.
  std::optional<batch_record> bulk{};
};

/// An event's story, else `not_found`.
struct get_event {
  event_id id{};
  answer<event_story> reply{};
};

/// The API's own routes, in order, each a JSON object as text.
struct read_routes {
  answer<std::vector<std::string>> reply{};
};

/// What the database says of channels beside the file, by name: of all of them.
struct read_channels {
  answer<std::vector<channel_record>> reply{};
};

/// What storage knows of a channel's sending before this process.
struct read_channel_history {
  std::string channel{};
  answer<channel_history> reply{};
};

/// How a channel's scopes of these keys were used within their windows.
struct read_scope_history {
  std::string channel{};
  std::vector<std::string> keys{};
  answer<scope_history> reply{};
};

/// Keys of the configuration that were changed through the API, with their values as JSON.
struct read_settings {
  answer<std::map<std::string, std::string>> reply{};
};

/// What is stored of a person, else `not_found`.
struct get_recipient {
  std::string user_id{};
  answer<recipient_record> reply{};
};

/// One page of the audit log, newest first.
struct audit_page {
  std::vector<audit_entry> items{};
  std::optional<audit_id> next{};
};

struct list_audit {
  std::optional<std::string> subject{};
  std::optional<std::string> action{};
  std::optional<std::string> object{};
  std::optional<timestamp> since{};
  std::optional<timestamp> until{};
  std::optional<audit_id> before{};
  int limit{50};
  answer<audit_page> reply{};
};

/// A question to storage with its own answer.
struct query {
  std::variant<list_inbox, get_notification, count_unread, read_stats, read_range, read_state,
               gather_facts, list_deliveries, get_delivery, read_preferences, read_channels,
               read_settings, get_recipient, list_audit, read_channel_history, read_scope_history,
               get_batch, list_bulk_failures, next_bulk_slice, get_event, read_routes,
               read_templates, read_template_versions, list_collections, foresee>
    what{};
  /// Asked from outside: refused with `busy` when too many wait.
  bool outside{false};
};

using query_ptr = std::shared_ptr<query>;

}  // namespace carillon
