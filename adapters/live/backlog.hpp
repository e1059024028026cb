#pragma once

#include "protocol/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

namespace carillon::live {

/// The bytes that wait in the queues of slow connections, over the whole process. Past the bound
/// the fullest is closed with 1013 until the rest fits. Any thread.
class backlog {
 public:
  explicit backlog(std::size_t bound = std::size_t{256} << 20) : bound_(bound) {}

  /// This many bytes wait for `who` now; 0 forgets it.
  void record(const connection_ptr& who, std::size_t bytes);

  std::size_t total() const;

 private:
  struct entry {
    std::size_t bytes{0};
    std::weak_ptr<connection> who{};
  };

  /// Takes the fullest out of the books.
  connection_ptr fullest();

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::uint64_t, entry> waiting_;
  std::set<std::pair<std::size_t, std::uint64_t>> by_size_;
};

}  // namespace carillon::live
