#pragma once

#include <cstdint>

namespace carillon {

/// Raises the process's bound of open files to the most it may have, and says in the log when that
/// is less than `needed`.
void raise_open_files(std::int64_t needed);

}  // namespace carillon
