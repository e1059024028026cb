#include "storage/row.hpp"

#include "storage/dialect.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace carillon::storage {

std::int64_t row::number() {
  return optional_number().value_or(0);
}

std::optional<std::int64_t> row::optional_number() {
  if (next_is_null()) {
    ++at_;
    return std::nullopt;
  }
  const auto& text = cells_[at_++].text;
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error("a column that is no number");
  return value;
}

std::optional<timestamp> row::optional_time() {
  const auto millis = optional_number();
  return millis ? std::optional(from_millis(*millis)) : std::nullopt;
}

std::string row::binary() {
  if (next_is_null())
    return skip();
  const auto& text = cells_[at_++].text;
  return hex_ ? bytes_of_hex(text) : text;
}

uuid row::to_uuid(const std::string& bytes) {
  uuid value;
  if (bytes.size() != value.bytes.size())
    throw std::runtime_error("an id that is not 16 bytes long");
  std::ranges::copy(bytes, value.bytes.begin());
  return value;
}

}  // namespace carillon::storage
