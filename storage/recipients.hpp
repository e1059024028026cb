#pragma once

#include "protocol/administration.hpp"
#include "protocol/draft.hpp"
#include "storage/work.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace carillon::storage {

/// What is stored of these users; a user nobody stored is absent.
facts read_facts(connection& db, std::span<const std::string> user_ids);

/// The same, and of those who have the role and the store of a group, at most one more than
/// `most_told_at_once` of each.
facts read_facts(connection& db, std::span<const std::string> user_ids,
                 std::span<const audience> groups);

/// People behind that one, in their order, who belong to any of the groups; at most so many.
std::vector<std::string> read_members(connection& db, std::span<const audience> groups,
                                      std::string after, std::size_t most);

/// How many they are in all.
std::int64_t count_members(connection& db, std::span<const audience> groups);

/// All that is stored of one person.
std::optional<recipient_record> read_recipient(connection& db, const std::string& user_id);

bool is_stored(connection& db, const std::string& user_id);

/// Stores these in place of what was stored of them; of one who is named twice, the last counts.
void put_recipients(work& w, std::vector<const recipient_record*> all, timestamp now);

void forget_recipient(work& w, const std::string& user_id);

}  // namespace carillon::storage
