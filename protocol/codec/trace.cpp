#include "protocol/codec/trace.hpp"

#include <algorithm>
#include <cstddef>

namespace carillon::codec {

namespace {

constexpr std::size_t trace_digits = 32;

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
    text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Neither id of a trace may be all zeros.
bool is_trace_part(std::string_view text) {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::string_view trace_id_of(std::string_view traceparent) {
  constexpr std::size_t size = 55;
  if (traceparent.size() < size || traceparent[2] != '-' || traceparent[35] != '-'
      || traceparent[52] != '-' || !is_lower_hex(traceparent.substr(0, 2))
      || traceparent.starts_with("ff") || (traceparent.size() > size && traceparent[size] != '-'))
    return {};
  const auto trace = traceparent.substr(3, trace_digits);
  return is_trace_part(trace) && is_trace_part(traceparent.substr(36, 16)) ? trace
                                                                           : std::string_view{};
}

std::string trace_id_from(std::string text) {
  std::erase(text, '-');
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (text.size() != trace_digits || !is_trace_part(text))
    text.clear();
  return text;
}

}  // namespace carillon::codec
