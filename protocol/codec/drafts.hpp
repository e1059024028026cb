#pragma once

#include "protocol/codec/channel_name.hpp"
#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <string_view>
#include <vector>

namespace carillon::codec {

// Bodies of requests to drafts. Every function answers `malformed` for what is not JSON (not UTF-8,
// deeper than 64, a lone surrogate) and `invalid` with all faults at once for JSON that breaks a
// rule. `null` is the same as leaving a member out.

/// One notification as a producer posts it. A member that is not known is refused: a misspelt
/// audience would tell everybody what was meant for one. `now` decides nothing but is the draft's
/// creation time; `objection` says what is wrong with a channel.
result<notification_draft> decode_notification(std::string_view body, timestamp now,
                                               const text_check& objection = {});

/// `{"notifications":[…]}` with 1 to 1,000 of them; paths of faults begin `/notifications/N`.
result<std::vector<notification_draft>> decode_batch(std::string_view body, timestamp now,
                                                     const text_check& objection = {});

/// An event in the engine's own shape. `occurred_at` is the epoch where the producer said nothing.
/// Where it gave no key, an `event_id` makes one: the event is the same however often a queue hands
/// it out. A `trace_id` that is none is passed over.
result<event_draft> decode_event(std::string_view body);

/// `{"ids":[…]}`, at most 1,000; texts that are no id of a notification are passed over.
result<std::vector<notification_id>> decode_ids(std::string_view body);

}  // namespace carillon::codec
