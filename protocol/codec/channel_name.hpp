#pragma once

#include <string>
#include <vector>

namespace carillon::codec {

/// The seeds' other names for channels become ours (`websocket` is `system`, `push` is `app_push`);
/// a channel named twice that way stays once, at its first place.
std::vector<std::string> with_own_names(std::vector<std::string> channels);

}  // namespace carillon::codec
