#include "actors/push_budget.hpp"

#include "protocol/rules/weight.hpp"

#include <utility>

namespace carillon {

push_budget::push_budget(std::int64_t max_receivers, std::int64_t max_bytes,
                         std::function<void()> tell)
    : max_receivers_(max_receivers), max_bytes_(max_bytes), tell_(std::move(tell)) {}

bool push_budget::has_room() {
  if (receivers_ < max_receivers_ && bytes_ < max_bytes_)
    return true;
  awaited_ = true;
  // What was given back just before nobody tells of.
  return half_free() && awaited_.exchange(false);
}

push_ptr push_budget::launch(std::vector<rules::seq_row> rows, std::int64_t receivers) {
  std::int64_t bytes = 0;
  for (const auto& row : rows)  // the row itself and its frame in each form
    bytes += static_cast<std::int64_t>((1 + frame_format_count) * rules::weight_of(*row.what));
  receivers *= static_cast<std::int64_t>(rows.size());
  auto released = [self = shared_from_this(), receivers, bytes] {
    self->give_back(receivers, bytes);
  };
  auto out = std::make_shared<const push>(std::move(rows), std::move(released));
  receivers_ += receivers;
  bytes_ += bytes;
  return out;
}

bool push_budget::half_free() const noexcept {
  return receivers_ <= max_receivers_ / 2 && bytes_ <= max_bytes_ / 2;
}

void push_budget::give_back(std::int64_t receivers, std::int64_t bytes) {
  receivers_ -= receivers;
  bytes_ -= bytes;
  if (awaited_ && half_free() && awaited_.exchange(false))
    tell_();
}

}  // namespace carillon
