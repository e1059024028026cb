#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/id.hpp"
#include "protocol/operation.hpp"
#include "protocol/route.hpp"
#include "protocol/unit.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carillon::rules {

/// What stands in the way of telling anybody this: `not_found` where there is no such template,
/// `invalid` where a channel is not configured or none is named.
std::optional<error> objection_to(const bulk_letter& what, const catalog& with);

/// The users whose stored facts planning must know: all of them.
std::vector<std::string> needs_facts(const bulk_slice& what, const catalog& with);

/// What a slice of a bulk means: for each user an inbox row and a delivery for each other channel.
/// An inbox row that cannot be is a delivery too, with the reason, so that every user who is not
/// told can be found.
result<bulk_chunk> plan(const bulk_slice& what, const catalog& with, const facts& known,
                        timestamp now, uuid_source& ids);

/// How many a chunk sends on each channel.
std::map<std::string, std::int64_t> created_on(const bulk_chunk& what);

/// How many on each channel are refused before they are sent.
std::map<std::string, std::int64_t> refused_on(const bulk_chunk& what);

}  // namespace carillon::rules
