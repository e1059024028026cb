#pragma once

#include "protocol/unit.hpp"
#include "storage/locks.hpp"
#include "storage/work.hpp"

#include <memory>
#include <span>
#include <vector>

namespace carillon::storage {

/// What the units of one batch make, to be written together.
struct harvest {
  std::vector<std::shared_ptr<notification>> visible{};
  std::vector<std::shared_ptr<notification>> later{};
  std::vector<const event*> events{};
  std::vector<delivery_ptr> deliveries{};

  /// Takes an inbox row to where its `deliver_at` puts it.
  void add(const std::shared_ptr<notification>& x, timestamp now);
};

/// A creation or an acceptance in work; its locks are a part of all that are taken together.
struct creating {
  creation* what;
  timestamp now;
  std::size_t first_lock;
};

/// Whether its notification at that place is a row of the inbox.
bool is_listed(const creation& x, std::size_t i);

/// Appends the locks that the creation's `dedupe_key`s need.
void want_locks(const creation& x, timestamp now, std::vector<lock>& wanted);

/// Fills what is done, once the locks are decided: a duplicate's place holds the first one, and its
/// deliveries are dropped.
void harvest_creations(work& w, std::span<const creating> all, std::span<const lock> locks,
                       harvest& into);

}  // namespace carillon::storage
