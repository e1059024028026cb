#include "protocol/rules/seq_line.hpp"

#include "protocol/rules/weight.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

void seq_line::hear(seq_row row) {
  const auto seq = row.what->seq;
  if (seq > known_ && (waiting_.empty() || seq == waiting_.back().what->seq + 1)) {
    bytes_ += weight_of(*row.what);
    waiting_.push_back(std::move(row));
    if (waiting_.size() > max_rows || bytes_ > max_bytes)
      forget();
  }
  hear_of(seq);
}

void seq_line::hear_of(std::int64_t seq) noexcept {
  known_ = std::max(known_, seq);
}

bool seq_line::ready() const noexcept {
  return !waiting_.empty() && waiting_.front().what->seq == head_ + 1;
}

seq_row seq_line::take() {
  auto row = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= weight_of(*row.what);
  head_ = row.what->seq;
  return row;
}

std::optional<seq_range> seq_line::hole() const noexcept {
  if (ready() || head_ >= known_)
    return std::nullopt;
  return seq_range{head_, waiting_.empty() ? known_ : waiting_.front().what->seq - 1};
}

void seq_line::passed(std::int64_t seq) {
  head_ = std::max(head_, seq);
  hear_of(seq);
  while (!waiting_.empty() && waiting_.front().what->seq <= head_) {
    bytes_ -= weight_of(*waiting_.front().what);
    waiting_.pop_front();
  }
}

void seq_line::forget() noexcept {
  waiting_.clear();
  bytes_ = 0;
}

}  // namespace carillon::rules
