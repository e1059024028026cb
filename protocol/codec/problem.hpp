#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace carillon::codec {

/// The HTTP status of a refusal.
int status_of(errc code);

/// RFC 9457 `application/problem+json`. `status` may be finer than the error's own (405, 415, 429,
/// 431); `type` and `title` then follow the status. Without a detail the title stands for it; an
/// empty `trace_id` leaves that member out.
std::string problem_json(const error& why, int status, std::string_view trace_id);

}  // namespace carillon::codec
