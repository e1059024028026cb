#pragma once

#include "protocol/delivery.hpp"
#include "protocol/scope_history.hpp"
#include "storage/work.hpp"

#include <span>
#include <string>
#include <vector>

namespace carillon::storage {

/// An attempt of a delivery that counts against limits.
struct counted_attempt {
  const std::string* channel;
  delivery_id delivery;
  const attempt* what;
};

/// Notes what the attempts count against; what is noted already stays.
void note_scope_uses(work& w, std::span<const counted_attempt> all);

/// How these scopes of a channel were used within their windows, each at most a million times back.
scope_history scope_history_of(connection& db, const std::string& channel,
                               const std::vector<std::string>& keys);

/// Forgets so many uses at most that count no more; answers how many those were.
std::size_t prune_scope_uses(work& w, timestamp now, int limit);

}  // namespace carillon::storage
