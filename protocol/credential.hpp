#pragma once

#include <atomic>
#include <memory>

namespace carillon {

/// A key or a fixed token that vouches for principals, until it is withdrawn. Safe from any thread.
class credential {
 public:
  void withdraw() noexcept { withdrawn_ = true; }
  bool withdrawn() const noexcept { return withdrawn_; }

 private:
  std::atomic<bool> withdrawn_{false};
};

using credential_ptr = std::shared_ptr<const credential>;

}  // namespace carillon
