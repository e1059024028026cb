#pragma once

#include "protocol/query.hpp"
#include "protocol/unit.hpp"
#include "storage/idempotency.hpp"
#include "storage/work.hpp"

#include <span>

namespace carillon::storage {

/// Writes the audit lines of the units that were applied, in order.
void insert_audit(work& w, std::span<const unit_ptr> units, const idempotency_ledger& ledger,
                  uuid_source& ids);

/// Writes these lines, in order.
void insert_audit(work& w, std::span<const audit_entry> lines, timestamp now, uuid_source& ids);

/// The operator's list.
audit_page read_audit(connection& db, const list_audit& asked);

}  // namespace carillon::storage
