#include "protocol/door.hpp"

namespace carillon {

namespace {

/// Adds and stays within the bound, or leaves the count as it was.
bool take_within(std::atomic<std::int64_t>& count, std::int64_t more, std::int64_t bound) {
  if (count.fetch_add(more, std::memory_order_relaxed) + more <= bound)
    return true;
  count.fetch_sub(more, std::memory_order_relaxed);
  return false;
}

}  // namespace

door::ticket::~ticket() {
  owner_->bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
  owner_->units_.fetch_sub(1, std::memory_order_relaxed);
}

bool door::ticket::take(std::size_t bytes) {
  const auto more = static_cast<std::int64_t>(bytes);
  if (!take_within(owner_->bytes_, more, owner_->limit_.bytes))
    return false;
  bytes_ += more;
  return true;
}

std::shared_ptr<door::ticket> door::enter(std::size_t bytes) {
  if (!take_within(units_, 1, limit_.units))
    return nullptr;
  auto place = std::make_shared<ticket>(shared_from_this());
  return place->take(bytes) ? place : nullptr;
}

}  // namespace carillon
