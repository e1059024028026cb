#pragma once

#include "protocol/query.hpp"
#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace carillon::storage {

/// A document as it was stored, read again; empty preferences where this system has lost the time
/// zone that it names.
preferences_ptr stored_preferences(const std::string& document);

/// The versions of a user's preferences that hold for any `seq` above `after`, by `since`.
std::vector<preferences_version> read_versions(connection& db, const std::string& user_id,
                                               std::int64_t after);

/// Says of each which of them the user's preferences kept from being pushed. The items were read
/// before: a version that matters to them is stored since.
void mark_suppressed(connection& db, const std::string& user_id, std::span<inbox_item> items);

/// Takes out those that the user's preferences suppress.
void drop_suppressed(connection& db, const std::string& user_id, std::vector<inbox_item>& items);

/// Stores new versions, in order; they hold for every number that is not yet given. The counter's
/// row is locked for that, until the commit.
void apply_preferences(work& w, std::span<const std::pair<const unit*, preferring*>> all);

/// Deletes versions that held only up to `floor`.
void prune_preferences(work& w, std::int64_t floor);

}  // namespace carillon::storage
