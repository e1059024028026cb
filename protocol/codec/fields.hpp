#pragma once

#include "protocol/codec/record.hpp"
#include "protocol/error.hpp"
#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// Bounds of CONTRACT section 4, in bytes unless they say otherwise.
inline constexpr std::size_t max_title_characters = 200;
inline constexpr std::size_t max_message_characters = 10'000;
inline constexpr std::size_t max_object = 64 << 10;
inline constexpr std::size_t max_id = 128;
/// Addresses may be longer than ids: URLs, a browser's push subscription.
inline constexpr std::size_t max_address = 4096;

/// What is wrong with a text; empty for nothing.
using text_check = std::function<std::string(const std::string&)>;

/// One record's members, checked as they are read. What breaks a rule is noted with its place and
/// reads as absent, so that all faults are found in one pass. `null` is absent.
class fields {
 public:
  /// `prefix` is the pointer to the record; faults go to `faults`.
  fields(const json_value& record, std::string prefix, std::vector<fault>& faults)
      : record_(record), prefix_(std::move(prefix)), faults_(faults) {}

  /// Text of that many characters without U+0000.
  std::string required_text(std::string_view name, std::size_t least, std::size_t most) const;

  /// An id or key: 1 to 128 bytes without control characters; empty where absent.
  std::string id(std::string_view name) const;
  std::string required_id(std::string_view name) const;

  /// An id where producers also write `""` for none.
  std::string id_or_empty(std::string_view name) const;

  /// An object's JSON text, at most 64 KiB; empty where absent.
  std::string object(std::string_view name) const;

  /// An object that fills words: U+0000, which no words may hold, is a fault in any text or name
  /// of it.
  std::string data(std::string_view name) const;
  std::string required_data(std::string_view name) const;

  std::optional<timestamp> time(std::string_view name) const;

  /// A value of an enumeration; `list` says which words there are.
  template <class T>
  std::optional<T> word(std::string_view name, std::optional<T> (*parse)(std::string_view),
                        std::string_view list) const {
    const auto* x = text_of(name);
    if (x == nullptr)
      return std::nullopt;
    auto value = parse(x->text);
    if (!value)
      note(name, "must be one of " + std::string{list});
    return value;
  }

  /// At least so many texts of 1 to `most` bytes without control characters, each once; nothing
  /// where absent. Of one that is so `objection` may say what else is wrong.
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most,
                                                std::size_t least = 0,
                                                const text_check& objection = {}) const;

  /// One such text.
  std::string text(std::string_view name, std::size_t most) const;

  /// True or false; it has to be there.
  std::optional<bool> required_flag(std::string_view name) const;

  /// The elements of a list; null where it is absent, no list, or has more than `most`.
  const std::vector<json_value>* list(std::string_view name, std::size_t most) const;

  /// The member as it was written; null where it is absent.
  const json_value* value(std::string_view name) const { return present(name); }

  /// Notes every name that a strict reading found beside those it asked for.
  void refuse_unknown() const;

  /// True where the member is there and not null.
  bool has(std::string_view name) const;

  /// Of the names for one thing: the first that is there; ours where none is.
  std::string_view either(std::string_view ours, std::string_view other) const;
  template <class... Names>
  std::string_view either(std::string_view ours, std::string_view other, Names... more) const {
    return either(ours, either(other, more...));
  }

  void note(std::string_view place, std::string message) const;

  /// A record that is found at `place` of this one; both note their faults together.
  fields within(const json_value& record, std::string_view place) const;

 private:
  std::string path_of(std::string_view place) const;
  const json_value* present(std::string_view name) const;
  const json_value* text_of(std::string_view name) const;
  bool need(std::string_view name) const;

  const json_value& record_;
  std::string prefix_;
  std::vector<fault>& faults_;
};

}  // namespace carillon::codec
