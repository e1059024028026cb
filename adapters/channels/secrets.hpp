#pragma once

#include "protocol/channel.hpp"

#include <string>
#include <vector>

namespace carillon::channels {

/// Every text that gives a secret of these settings away, the longest first, in the spellings that
/// an answer may have it in: the values of its type's secret keys, the lines and words of those, of
/// a service account its private key, of a secret URL what its path or its query hides, of any
/// other URL the password and what its query calls secret. None has fewer than six characters: such
/// a text would be found where it means nothing.
std::vector<std::string> secrets_of(const channel_settings& settings);

}  // namespace carillon::channels
