#pragma once

#include "protocol/error.hpp"
#include "protocol/operation.hpp"
#include "protocol/time.hpp"

#include <string>
#include <string_view>

namespace carillon::codec {

/// Which dead deliveries are sent again: `{channel?, event_type?, recipient?, error_class?, since?,
/// until?, ids?}`, all of them where nothing is named. A name that is not known is refused, for a
/// misspelt one would mean more than was meant.
result<delivery_filter> decode_replay(std::string_view body);

/// The answer to a replay: `{"batchId","count"}`.
std::string replay_json(const batch_record& what);

/// How far a batch is, as the seeds have it.
std::string batch_json(const batch_record& what, timestamp now);

}  // namespace carillon::codec
