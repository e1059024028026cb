#pragma once

#include "protocol/id.hpp"
#include "storage/scope_history.hpp"
#include "storage/work.hpp"

#include <span>

namespace carillon::storage {

/// Applies what providers said of the addresses that these attempts went to: on the attempt's
/// channel, whoever it is stored for, an address that has moved is replaced and one that is gone is
/// deleted, unless it was stored too late to be meant. Each leaves a line in the audit log.
void change_addresses(work& w, std::span<const counted_attempt> told, timestamp now,
                      uuid_source& ids);

}  // namespace carillon::storage
