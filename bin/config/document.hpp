#pragma once

#include "bin/config/tree.hpp"
#include "protocol/channel.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace carillon::configuration {

/// A setting as it comes through the API.
node from_api(decltype(node::value) value);

/// Reads a JSON object as a table of settings that came through the API; a member that is null is
/// absent. `malformed` for anything but one JSON object, nested no deeper than settings are.
result<table> read_document(std::string_view json);

/// The reverse; keys in alphabetical order.
std::string write_document(const table& what);

/// A channel's settings as the API shows them, by the keys of the configuration: those every
/// channel has, and its type's own, where a secret is `mask`, and so are the secrets in a URL.
table show_channel(const channel_settings& what);

/// What stands for a secret in answers. Sent back, it means the secret that is stored.
inline constexpr std::string_view mask = "********";

}  // namespace carillon::configuration
