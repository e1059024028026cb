#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::http {

/// The decoded members of a query string. What cannot be read is collected, so that the refusal
/// names all of it at once; members nobody asks for are passed over.
class query_string {
 public:
  explicit query_string(std::string_view text);

  /// The first member of that name.
  std::optional<std::string> text(std::string_view name) const;

  /// Like `text`, but 1 to 128 bytes without control characters, as ids and keys are.
  std::optional<std::string> key(std::string_view name);

  /// A whole number within bounds.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);

  /// `true` or `false`.
  std::optional<bool> flag(std::string_view name);

  /// RFC 3339.
  std::optional<timestamp> time(std::string_view name);

  /// What `parse` makes of the text; `expected` tells people what it takes.
  template <class Parse>
  auto parsed(std::string_view name, Parse parse, const char* expected)
    -> decltype(parse(std::string_view{})) {
    const auto value = text(name);
    if (!value)
      return std::nullopt;
    auto result = parse(std::string_view{*value});
    if (!result)
      blame(name, expected);
    return result;
  }

  /// Records that this member is wrong.
  void blame(std::string_view name, std::string_view expected);

  /// The refusal, if anything was wrong.
  std::optional<error> fault() const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
  std::vector<carillon::fault> faults_;
};

/// Undoes percent-encoding and `+`; nothing for a broken escape or what is not UTF-8.
std::optional<std::string> url_decoded(std::string_view text);

/// Appends with everything but unreserved characters percent-encoded.
void append_url_encoded(std::string& out, std::string_view text);

}  // namespace carillon::http
