#pragma once

#include "protocol/delivery.hpp"
#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <span>
#include <string>
#include <vector>

namespace carillon::storage {

/// The columns of `notification_deliveries` in the order `read_delivery` takes them.
extern const std::string delivery_columns;
inline constexpr int delivery_column_count = 32;

/// Reads one; a claimed one shows as `delivering` only where the caller says so.
std::shared_ptr<delivery> read_delivery(row& x, bool show_claim);

/// The delivery of that id, `delivering` where it is claimed; null where there is none.
std::shared_ptr<delivery> find_delivery(connection& db, const delivery_id& id);

/// Inserts new deliveries. Those that wait, are due at `now` and for which the wishes have room are
/// claimed at once.
void insert_deliveries(work& w, std::span<const delivery_ptr> all, timestamp now);

/// Claims due rows for the standing wishes where a backlog waits, urgent lanes first.
void claim_deliveries(work& w, timestamp now);

/// Frees what this node owns on the channel but its sender does not hold, and takes back what it
/// holds but nobody owns any more.
void rescue_deliveries(work& w, const std::string& channel, std::span<const delivery_id> held,
                       timestamp now);

/// Frees all that these owners claimed, and remembers when on each channel.
void free_claims(connection& db, std::span<const std::string> owners, timestamp now);

/// Ends at most `limit` deliveries that are past their age and in nobody's hands.
void expire_deliveries(work& w, timestamp now, int limit, uuid_source& ids);

/// Reports what waits on the channel, and when the next of it comes due.
void report_retries(work& w, const std::string& channel, timestamp now);

}  // namespace carillon::storage
