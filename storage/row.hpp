#pragma once

#include "protocol/id.hpp"
#include "protocol/time.hpp"

#include <soci/soci-backend.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace carillon::storage {

/// A column of a result as it was fetched.
struct cell {
  std::string text{};
  soci::indicator indicator{soci::i_ok};
};

/// One row of a result, read column by column from the left; valid until the next one is fetched.
class row {
 public:
  row(std::deque<cell>& cells, bool hex) : cells_(cells), hex_(hex) {}

  bool next_is_null() const { return cells_[at_].indicator == soci::i_null; }
  /// The text; empty where it is null.
  std::string text() { return next_is_null() ? skip() : cells_[at_++].text; }
  /// The number; 0 where it is null.
  std::int64_t number();
  std::optional<std::int64_t> optional_number();
  timestamp time() { return from_millis(number()); }
  std::optional<timestamp> optional_time();
  /// The bytes; empty where it is null.
  std::string binary();

  template <class Id>
  Id id() {
    return Id{to_uuid(binary())};
  }
  template <class Id>
  std::optional<Id> optional_id() {
    const auto bytes = binary();
    return bytes.empty() ? std::nullopt : std::optional(Id{to_uuid(bytes)});
  }

 private:
  std::string skip() {
    ++at_;
    return {};
  }
  static uuid to_uuid(const std::string& bytes);

  std::deque<cell>& cells_;
  bool hex_;
  std::size_t at_{0};
};

}  // namespace carillon::storage
