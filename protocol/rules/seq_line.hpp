#pragma once

#include "protocol/rules/seq_row.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace carillon::rules {

/// The one line in which rows leave for live connections: strictly by `seq`, without holes. Rows
/// heard in order go from memory; those behind a hole wait for it to be read from storage, and if
/// too many do, all of them are left to storage. A value without a clock or a thread.
class seq_line {
 public:
  static constexpr std::size_t max_rows = 1000;
  static constexpr std::size_t max_bytes = 8 << 20;

  /// Everything up to `head` counts as gone.
  explicit seq_line(std::int64_t head) noexcept : head_(head), known_(head) {}

  /// The last that left.
  std::int64_t head() const noexcept { return head_; }

  /// The last there is, as far as was heard.
  std::int64_t known() const noexcept { return known_; }

  /// A row became visible. One that left already is passed over.
  void hear(seq_row row);

  /// There are rows up to here; they are storage's to tell.
  void hear_of(std::int64_t seq) noexcept;

  /// The next row is in memory.
  bool ready() const noexcept;

  /// It leaves; call only when ready.
  seq_row take();

  /// What must be read from storage before another row can leave; nothing while one is ready or
  /// none is missing.
  std::optional<seq_range> hole() const noexcept;

  /// Everything up to here has left, or is not kept any more.
  void passed(std::int64_t seq);

  /// Leaves everything that waits to storage.
  void forget() noexcept;

 private:
  std::int64_t head_;
  std::int64_t known_;
  /// Without holes among themselves.
  std::deque<seq_row> waiting_;
  std::size_t bytes_ = 0;
};

}  // namespace carillon::rules
