#pragma once

#include "protocol/administration.hpp"
#include "protocol/codec/channel_name.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace carillon::codec {

/// A person has at most so many addresses.
inline constexpr std::size_t max_addresses = 64;

/// Reads what is to be stored of a person, `invalid` with every fault. `user_id` is whom the path
/// names; where it is empty the document has a `user_id` of its own. An address is a text, or an
/// object such as a browser's push subscription, which is kept as JSON text. `objection` says which
/// channels are known by another name (`own_name`); an address may be for one that is not there.
result<recipient_record> decode_recipient(std::string_view json, std::string_view user_id,
                                          const text_check& objection);

/// The document of a person as the API shows it.
std::string recipient_json(const recipient_record& what);

}  // namespace carillon::codec
