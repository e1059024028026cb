#pragma once

#include "adapters/http/authenticator.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace carillon::http {

/// Remembers who the tokens lately seen speak for, so that a signature is checked once and not
/// with every request. One that has expired, or whose key was withdrawn, is refused all the same.
/// For one thread.
class token_cache {
 public:
  explicit token_cache(authenticator_ptr checker, std::size_t bound = 8192)
      : checker_(std::move(checker)), bound_(bound) {}

  result<principal_ptr> check(std::string_view token, timestamp now);

  /// Never more than the bound.
  std::size_t size() const noexcept { return recent_.size() + older_.size(); }

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept {
      return std::hash<std::string_view>{}(x);
    }
  };
  using table = std::unordered_map<std::string, principal_ptr, hash, std::equal_to<>>;

  authenticator_ptr checker_;
  std::size_t bound_;
  /// Two halves: when the recent one is full it becomes the older one, which is forgotten.
  table recent_;
  table older_;
};

}  // namespace carillon::http
