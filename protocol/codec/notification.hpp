#pragma once

#include "protocol/notification.hpp"

#include <optional>
#include <string>

namespace carillon::codec {

/// Appends a notification as clients see it, every member present. Without `read_at` it is unread:
/// what all receivers of a live push share.
void append_notification(std::string& out, const notification& what,
                         std::optional<timestamp> read_at = {});

/// The same as one user sees it in their inbox: read or not, and `"suppressed":true` where their
/// preferences kept it from being pushed; in a folded list with `group_count` and
/// `group_unread_count`.
void append_item(std::string& out, const inbox_item& item);

/// The answer to a creation: the notification, with `"duplicate":true` where it is an earlier one.
std::string created_json(const notification& what, bool duplicate);

}  // namespace carillon::codec
