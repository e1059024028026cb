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

  /// The `seq` of entitled rows that are visible, neither expired nor deleted and fit `condition`
  /// (which begins with ` and `, or is empty): at most `:top` from each audience, from the top
  /// where `newest`, else from the bottom.
  std::string sequences(const std::string& condition, bool newest) const;

  /// An expression: how many of them there are.
  std::string count(const std::string& condition) const;

  /// Appends what the conditions name: `user`, `now`, roles and stores.
  void bind(parameter_list& out) const;

 private:
  const principal& who_;
  timestamp now_;
  std::vector<std::string> audiences_;
  std::deque<std::string> role_names_;
  std::deque<std::string> store_names_;
};

/// Conditions on `n` for the user `:user`: all up to their last watermark is read, and so is what
/// has a row of its own.
extern const std::string unread_condition;
extern const std::string read_condition;
/// When `n` was read, with `r` its row of `notification_reads`, if any.
extern const std::string read_at_expression;

}  // namespace carillon::storage
