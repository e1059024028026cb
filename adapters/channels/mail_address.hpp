#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carillon::channels {

/// A mailbox as a header names it: `address` is bare ASCII that is safe in an envelope.
struct mail_address {
  std::string name{};
  std::string address{};

  /// What stands behind the @.
  std::string_view domain() const;
};

/// Reads `a@b.org`, `Name <a@b.org>` or `"Name, of any kind" <a@b.org>`. Nothing for what is none:
/// control characters, more than one address, a local part in quotes, a domain that is not ASCII.
std::optional<mail_address> parse_mail_address(std::string_view text);

}  // namespace carillon::channels
