#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::channels::wecom {

/// Whom an address names: members, departments (`party:`) or tags (`tag:`), divided by `|`.
struct receivers {
  /// What stands before them in the address.
  std::string_view kind{};
  /// The member of the request that takes them.
  const char* member{"touser"};
  /// As the address spells them.
  std::string_view list{};
  /// Each of them once, in lower case: WeCom tells no cases apart and answers so.
  std::vector<std::string> ids{};
};

receivers receivers_of(std::string_view address);

/// Those of them that an answer names as not reached.
std::vector<std::string> unreached(const receivers& whom, const nlohmann::json& answer);

/// Keys of the limits that hold for each of them. Beyond the first 49 the others share one.
std::vector<std::string> limited(const receivers& whom);

/// Ids with the divider of addresses between them.
std::string joined(std::span<const std::string> ids);

}  // namespace carillon::channels::wecom
