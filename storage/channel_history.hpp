#pragma once

#include "protocol/scope_history.hpp"
#include "storage/scope_history.hpp"
#include "storage/work.hpp"

#include <span>
#include <string>

namespace carillon::storage {

/// Notes until when the attempts' provider wants what left alone, in place of what was noted.
void note_freezes(work& w, std::span<const counted_attempt> all);

/// What is known of the channel's sending before.
channel_history history_of(connection& db, const std::string& channel);

/// Forgets so many freezes at most that are over; answers how many those were.
std::size_t prune_freezes(work& w, timestamp now, int limit);

}  // namespace carillon::storage
