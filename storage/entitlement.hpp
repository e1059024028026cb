#pragma once

#include "protocol/principal.hpp"
#include "protocol/time.hpp"
#include "storage/parameter.hpp"

#include <deque>
#include <string>
#include <vector>

namespace carillon::storage {

/// What a principal is entitled to see, as conditions on `notifications n`: one for each audience
/// they are part of, so that each is a range of the index on audience and `seq`. Lives as long as
/// what was bound from it.
class entitlement {
 public:
  entitlement(const principal& who, timestamp now);

  /// Queries for the `seq` of entitled rows that are neither expired nor deleted and fit
  /// `condition`: at most `:top` of each audience, from the top where `newest`, else from the
  /// bottom. The condition begins with ` and ` and has one lower bound for `n.seq`, since SQLite
  /// looks at one only.
  std::string sequences(const std::string& condition, bool newest) const;

  /// The same for those that are read, newest first; the condition has no lower bound.
  std::string read_sequences(const std::string& condition) const;

  /// An expression: how many up to `:upto` are not read. It counts within the index and takes off
  /// what the user has marked, which is little beside what they could see.
  std::string count_unread() const;

  /// Rows (`columns`, `amount`) that add up to how many entitled rows there are of each, neither
  /// expired nor deleted: those within the index, and those that were deleted with a minus.
  std::string count_by(const std::string& columns) const;

  /// The audiences as rows (`user_id`, `role`, `store_id`), each once, for a `with`.
  std::string rows() const;

  /// Appends what the conditions name: `user`, `now`, roles and stores.
  void bind(parameter_list& out) const;

 private:
  /// Queries for those that the user marked.
  std::string marked(const std::string& selected, const std::string& condition) const;

  const principal& who_;
  timestamp now_;
  std::vector<std::string> audiences_;
  std::deque<std::string> role_names_;
  std::deque<std::string> store_names_;
};

// Conditions on the rows of `notifications` that a query calls `x`.

/// Neither expired nor deleted by the user.
std::string kept(const std::string& x);
/// With its lower bound: all up to the user's last watermark is read, and so is what they marked.
std::string unread(const std::string& x);
/// The same for rows above the watermark.
std::string unmarked(const std::string& x);
/// The contrary of `unread`, without a bound.
std::string read(const std::string& x);

/// When `n` was read, with `r` its row of `notification_reads`, if any.
extern const std::string read_at_expression;

}  // namespace carillon::storage
