#pragma once

#include "protocol/error.hpp"
#include "protocol/operation.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace carillon::rules {

/// Who is told how far their bulk is, and when: about once a second while there is news of it, and
/// once at its end. Records are read one at a time, however many bulks go on.
class progress_book {
 public:
  /// Bulks are looked at once a second, a little more or less.
  static constexpr milliseconds between{900};

  void look(const bulk_standing& what);

  /// The bulk whose record is to be read now; nothing while another is read, or none is due.
  std::optional<batch_id> next(steady_time now);

  /// The record that was read: who is to be told, empty for nobody. An end that cannot be read is
  /// not told.
  std::string read(const result<batch_record>& found);

 private:
  struct entry {
    std::string by{};
    bool due{false};
    bool over{false};
    std::optional<steady_time> read_at{};
    /// How many users were processed by what was told last.
    std::int64_t told{-1};
  };

  std::map<batch_id, entry> open_;
  std::optional<batch_id> reading_;
};

}  // namespace carillon::rules
