#pragma once

#include "protocol/delivery.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::channels {

/// What fills a provider's own template, in the order it is written: the template's `params` (those
/// of an array are named 1, 2 …); without any, the scalar members of the data but the `reserved`
/// ones, which mean something else to the channel. Numbers, `true` and `false` go as text.
std::vector<std::pair<std::string, std::string>> template_values(
  const content& words, std::span<const std::string_view> reserved = {});

}  // namespace carillon::channels
