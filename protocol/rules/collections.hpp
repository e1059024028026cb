#pragma once

#include "protocol/collection.hpp"
#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/id.hpp"
#include "protocol/route.hpp"
#include "protocol/unit.hpp"

#include <string>
#include <vector>

namespace carillon::rules {

/// The users whose stored facts planning a digest's message must know: its recipient, where that
/// may be a user.
std::vector<std::string> needs_facts(const collection& what, const catalog& with);

/// The one message that a digest comes to. What its route said when it began holds; whether the
/// route is switched off, the channel, the recipient's address and preferences and the template are
/// as they are now. Its template is filled with `data_of` the digest.
result<collection_end> plan(const collection& what, const catalog& with, const facts& known,
                            timestamp now, uuid_source& ids);

/// The end of a digest that cannot be told.
collection_end give_up(const collection& what, const std::string& why, timestamp now);

}  // namespace carillon::rules
