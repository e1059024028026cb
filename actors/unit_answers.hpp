#pragma once

#include "protocol/unit.hpp"

namespace carillon {

/// Gives the answer of a unit that is committed: what was done, or the rule that refuses it.
void answer_committed(unit& what);

/// Answers with an error; of a unit that was answered already, nothing more is said.
void answer_error(unit& what, const error& why);

/// Answers that the store is away. A settlement is told `false` instead: its sender keeps it and
/// tells it again.
void answer_unavailable(unit& what, const std::string& why);

/// About how many rows it writes.
std::size_t weight_of(const unit& what);

}  // namespace carillon
