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

/// Roles and stores whose people planning must know: those that are told on a channel with
/// addresses.
std::vector<audience> needs_groups(std::span<const notification_draft> drafts, const catalog& what);

/// The same for an event: the audiences of the routes that it fits.
std::vector<audience> needs_groups(const event_draft& draft, const catalog& what);

/// Deliveries to single people of roles and stores that a posting makes at most.
inline constexpr std::size_t most_told_by_posting = 10'000;

/// What a posting means: its inbox rows, and a delivery for each other channel, on channels with
/// addresses for each person of the role or store. Where these are more than `most_told_at_once`,
/// or a batch would come to more than `most_told_by_posting`, the one delivery in their place is
/// skipped as `audience_too_large`: events and bulks tell so many. Takes the notifications out of
/// the drafts and leaves the rest. `invalid` where a channel is not configured, with its place:
/// `/channels/1`, in a batch `/notifications/0/channels/1`.
result<creation> plan(std::span<notification_draft> drafts, bool batch, const catalog& what,
                      const facts& known, timestamp now, uuid_source& ids);

/// What an event means: for each route it fits, an inbox row or a delivery for each recipient on
/// each channel, the ones that cannot be sent among them as `skipped` with the reason.
result<acceptance> plan(event_draft draft, const catalog& what, const facts& known, timestamp now,
                        uuid_source& ids);

}  // namespace carillon::rules
