#pragma once

#include "protocol/codec/fields.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// The seeds' other names for channels become ours: `websocket` is `system`, `push` is `app_push`,
/// where `objection` has something against the name itself: a channel that an operator named so is
/// that one. Without an objection every name stays, as in what was stored.
std::string own_name(std::string channel, const text_check& objection);

/// The same for a list; a channel named twice that way stays once, at its first place.
std::vector<std::string> with_own_names(std::vector<std::string> channels,
                                        const text_check& objection);

/// The channels a record names, at least so many, as it names them; `objection`, where it is given,
/// says what is wrong with one by our name. Nothing where the member is absent.
std::optional<std::vector<std::string>> read_channel_names(const fields& in, std::string_view name,
                                                           const text_check& objection,
                                                           std::size_t least = 1);

/// The same by our names.
std::optional<std::vector<std::string>> read_channels(const fields& in, std::string_view name,
                                                      const text_check& objection = {},
                                                      std::size_t least = 1);

}  // namespace carillon::codec
