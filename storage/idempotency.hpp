#pragma once

#include "protocol/unit.hpp"
#include "storage/digest.hpp"
#include "storage/work.hpp"

#include <cstddef>
#include <map>
#include <span>

namespace carillon::storage {

/// Whether the request was answered within the time of its key, so that it would only be told so
/// again. `invalid` where the key was used with another body. Stores nothing.
result<bool> is_repeated(connection& db, const once<accepted>& request, timestamp now);

/// The idempotent requests of one batch.
class idempotency_ledger {
 public:
  /// Answers those seen before: `replayed`, or refused where the body is another one.
  idempotency_ledger(work& w, std::span<const unit_ptr> units);

  /// Whether the unit is to be applied: it is not refused, and its key is new.
  bool applies(const unit& x) const;

  /// Renders and stores the answers of those that were applied, and answers those of the same batch
  /// that repeat one.
  void store_answers();

 private:
  work& w_;
  /// New keys with the first unit of each.
  std::map<digest, unit*> firsts_;
  /// The others of this batch with such a key.
  std::multimap<digest, unit*> repeats_;
};

}  // namespace carillon::storage
