#pragma once

#include "protocol/credential.hpp"
#include "protocol/time.hpp"

#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// Who asks, as the token says. A user without scopes sees and touches only what is theirs.
struct principal {
  /// The user id, or `service:NAME` for a service token.
  std::string subject{};
  std::vector<std::string> roles{};
  std::vector<std::string> stores{};
  /// May create notifications and post events (also true for `admin`).
  bool may_publish{false};
  bool is_admin{false};
  std::string locale{};
  /// When the token ends; the maximum for service tokens.
  timestamp expires_at{timestamp::max()};
  /// What vouches for all this; null where nothing does that could be withdrawn.
  credential_ptr voucher{};

  bool withdrawn() const noexcept { return voucher && voucher->withdrawn(); }
};

using principal_ptr = std::shared_ptr<const principal>;

}  // namespace carillon
