#pragma once

#include "adapters/socketio/services.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace carillon::socketio {

/// Finds clients by the id of their session, and bounds how many may be there that have not said
/// who they are. Any thread.
class registry {
 public:
  explicit registry(std::int64_t strangers = 1000) : bound_(strangers) {}

  /// Gives it a name that nobody can guess.
  static std::string fresh_id();

  void enter(const client_ptr& who);
  void leave(const std::string& sid);

  /// Null where there is none.
  client_ptr find(std::string_view sid) const;

  /// The place of a client that has not said who it is, given back with the last copy; null when
  /// every one is taken.
  std::shared_ptr<void> admit_stranger();

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept {
      return std::hash<std::string_view>{}(x);
    }
  };

  const std::int64_t bound_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<client>, hash, std::equal_to<>> clients_;
  std::shared_ptr<std::atomic<std::int64_t>> strangers_ =
    std::make_shared<std::atomic<std::int64_t>>(0);
};

}  // namespace carillon::socketio
