#pragma once

#include <string>
#include <string_view>

namespace carillon::codec {

/// The trace id of a W3C `traceparent`; empty for anything else.
std::string_view trace_id_of(std::string_view traceparent);

/// A trace id as a producer writes it alone, in the form that `traceparent` wants: 32 hexadecimal
/// digits in letters of any case, perhaps with the dashes of a UUID; empty for anything else.
std::string trace_id_from(std::string text);

}  // namespace carillon::codec
