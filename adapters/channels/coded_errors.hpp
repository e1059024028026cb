#pragma once

#include "adapters/channels/error_table.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace carillon::channels {

/// A row of an error table whose codes are names; one that ends in `*` stands for all that begin
/// so. The first row that holds decides.
struct named_error {
  std::string_view code{};
  verdict means{};
};

/// The meaning of the first row that holds; null where none does.
const verdict* find_verdict(std::span<const named_error> table, std::string_view code);

/// An answer whose body names an error. A name in no row is the request's fault, unless the status
/// (429, 5xx) says otherwise.
outcome judge_named(const response& came, std::string_view code, std::span<const named_error> table,
                    timestamp now);

/// An answer whose table has rows for the provider's codes and for statuses: the row of the code
/// (0 where the body has none), else that of the status, else the status as such.
outcome judge_numbered(const response& came, std::int64_t code, std::span<const error_row> table,
                       timestamp now);

}  // namespace carillon::channels
