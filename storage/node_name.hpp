#pragma once

#include "protocol/time.hpp"
#include "storage/work.hpp"

#include <cstdint>
#include <string>

namespace carillon::storage {

/// A lock on a file that dies with its process.
class file_lock {
 public:
  /// Waits so long for the lock; throws `fenced` where another process keeps it.
  file_lock(const std::string& path, seconds patience);
  ~file_lock();
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

 private:
  int fd_;
};

/// Takes the name on this PostgreSQL session, which holds it as long as it lives; throws `fenced`
/// where another session keeps it.
void lock_name(connection& db, const std::string& node, seconds patience);

/// Begins another life of the node and answers its number. What its earlier lives had claimed is
/// free again; where `alone`, so is what any other node had.
std::int64_t raise_epoch(connection& db, const std::string& node, bool alone, timestamp now);

/// Whether `epoch` is still the node's life.
bool is_current(connection& db, const std::string& node, std::int64_t epoch);

/// Frees the claims of nodes whose lease has not been renewed for so long. What is free waits in
/// the wishes from now on, and its channels are told to look at it.
void free_dead_nodes(work& w, milliseconds age, timestamp now);

}  // namespace carillon::storage
