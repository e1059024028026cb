#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/id.hpp"
#include "protocol/route.hpp"
#include "protocol/unit.hpp"

#include <span>
#include <string>
#include <vector>

namespace carillon::rules {

/// The users whose stored facts planning must know, addresses and preferences, each once. A posting
/// to the inbox alone needs none.
std::vector<std::string> needs_facts(std::span<const notification_draft> drafts,
                                     const catalog& what);

/// The same for an event: every recipient that could be a user, where a route tells another channel
/// than the inbox.
std::vector<std::string> needs_facts(const event_draft& draft, const catalog& what);

/// Roles and stores whose people planning must know: the audiences of routes that tell them on a
/// channel with addresses.
std::vector<audience> needs_groups(const event_draft& draft, const catalog& what);

/// What a posting means: its inbox rows, and a delivery for each other channel. Takes the
/// notifications out of the drafts and leaves the rest. `invalid` where a channel is not
/// configured, with its place: `/channels/1`, in a batch `/notifications/0/channels/1`.
result<creation> plan(std::span<notification_draft> drafts, bool batch, const catalog& what,
                      const facts& known, timestamp now, uuid_source& ids);

/// What an event means: for each route it fits, an inbox row or a delivery for each recipient on
/// each channel, the ones that cannot be sent among them as `skipped` with the reason.
result<acceptance> plan(event_draft draft, const catalog& what, const facts& known, timestamp now,
                        uuid_source& ids);

}  // namespace carillon::rules
