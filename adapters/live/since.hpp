#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace carillon::live {

/// A `seq` in digits; nothing for what is none.
std::optional<std::int64_t> parse_seq(std::string_view text);

/// Where a client that is told by its session resumes: what cannot be read is past every head, so
/// that it is answered by `resume_failed` as what was never given.
std::int64_t read_since(std::string_view text);

}  // namespace carillon::live
