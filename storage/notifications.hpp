#pragma once

#include "protocol/notification.hpp"
#include "storage/work.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace carillon::storage {

/// The columns of `notifications n` in the order `read_notification` takes them.
extern const std::string notification_columns;
inline constexpr int notification_column_count = 19;

notification_ptr read_notification(row& x);

/// Gives those that are visible the next numbers of `seq`, in their order, and inserts them behind
/// the ones that wait for their time. The counter's row stays locked until the commit.
void insert_notifications(work& w, std::span<const std::shared_ptr<notification>> visible,
                          std::span<const std::shared_ptr<notification>> later);

/// Makes at most `limit` visible whose time has come, in the order of their times.
void release_notifications(work& w, timestamp now, int limit);

/// Remembers that these went to a live connection then; the first time stays.
void note_pushes(work& w, timestamp now, std::span<const notification_id> ids);

/// When that was.
std::optional<timestamp> read_push_time(connection& db, const notification_id& id);

/// Those of these ids that are kept.
std::map<notification_id, notification_ptr> find_notifications(
  connection& db, std::span<const notification_id> ids);

}  // namespace carillon::storage
