#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace carillon::codec {

// CloudEvents 1.0 as events: `subject` is the entity, `time` is `occurred_at`, source and id make
// the idempotency key; the extensions `recipient`, `priority`, `locale`, `subid` and `traceparent`
// are heeded. The data is an object, or absent.

/// Structured mode (`application/cloudevents+json`): one event as a JSON object.
result<event_draft> decode_cloudevent(std::string_view body);

/// Batch mode (`application/cloudevents-batch+json`): a list of at most 1,000.
result<std::vector<event_draft>> decode_cloudevents(std::string_view body);

/// Binary mode: attributes by name with their values as the header had them, percent-encoded, and
/// the data as body.
result<event_draft> decode_cloudevent(
  const std::vector<std::pair<std::string_view, std::string_view>>& attributes,
  std::string_view body);

}  // namespace carillon::codec
