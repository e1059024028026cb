#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

// What ingress gives persistence to answer with: what was learnt is counted when it is committed,
// and then its producer is told.

answer<created> counted(posting_ptr from, metrics& counts);
answer<accepted> counted(happening_ptr from, std::string type, metrics& counts);
answer<bool> counted(bulk_turn_ptr from, std::map<std::string, std::int64_t> created,
                     std::map<std::string, std::int64_t> refused, metrics& counts);
answer<bool> counted(digest_turn_ptr from, const collection_end& meant, metrics& counts);

/// The key of an idempotent mailing for its commit; what it composes shows the deliveries alone.
once<created> once_of(const once<mailed>& asked);

/// The commit of a mailing is counted, and told to the room where its producer sits.
answer<created> seated(awaited_ptr seat, std::vector<std::shared_ptr<delivery>> shown,
                       std::vector<std::string> channels, waiting_room_actor room, metrics& counts);

}  // namespace carillon
