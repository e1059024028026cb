#pragma once

#include "adapters/channels/mail_address.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <string>
#include <string_view>

namespace carillon::channels::mime {

/// A message to one mailbox.
struct message {
  mail_address from{};
  mail_address to{};
  std::string subject{};
  timestamp date{};
  /// Without its angle brackets.
  std::string id{};
  std::string text{};
  /// Empty: the message is plain text alone.
  std::string html{};
  /// The value of List-Unsubscribe (RFC 2369), where it is given, folded after its commas. An https
  /// URL in it is also offered for one click (RFC 8058).
  std::string unsubscribe{};
};

/// Header and body (RFC 5322), lines ended by CR LF and at most 76 characters long but for a
/// subject's or a URL's own words, ASCII alone, not dot-stuffed. `invalid` where a header's value
/// holds a line break or a NUL: no text may add a header of its own.
result<std::string> write(const message& what);

/// A header with text that people read: as it is where it is ASCII and fits on its line, else in
/// encoded words (RFC 2047) of whole characters, folded. Without the line's end.
std::string text_header(std::string_view name, std::string_view text);

/// A header with a mailbox; the display name quoted or encoded where it must be.
std::string address_header(std::string_view name, const mail_address& who);

/// A plain text as an HTML document that shows the same: escaped, a paragraph for what stands
/// between empty lines, `<br>` for any other line's end.
std::string html_of(std::string_view text);

/// A MIME part: its headers and its text in quoted-printable, or in base64 where that is shorter.
std::string part(std::string_view subtype, std::string_view text);

}  // namespace carillon::channels::mime
