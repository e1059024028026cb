#pragma once

#include "storage/connection.hpp"
#include "storage/node_name.hpp"
#include "storage/repository.hpp"

#include <memory>
#include <string>

namespace carillon::storage {

/// The one implementation: SQL through SOCI, a file per aggregate beside it.
class sql_repository final : public repository {
 public:
  sql_repository(const options& how, wall_clock clock);
  ~sql_repository() override;

  void begin(std::int64_t batch) override;
  void commit() override;
  void rollback() noexcept override;
  void savepoint() override;
  void release_savepoint() override;
  void rollback_to_savepoint() override;

  effects apply(std::span<const unit_ptr> units, rules::wish_book& wishes) override;
  effects claim(rules::wish_book& wishes, timestamp now) override;
  effects work_due(const timer_key& key, timestamp now, int limit,
                   rules::wish_book& wishes) override;
  effects rescue(const std::string& channel, std::span<const delivery_id> held, timestamp now,
                 rules::wish_book& wishes) override;
  void heartbeat() override;

  effects survey(timestamp now) override;
  channel_history history(const std::string& channel) override;
  inbox_state state() override;
  void reconnect() override;
  bool was_committed(std::int64_t batch) override;

 private:
  /// Runs `f` with a fresh account of what follows.
  template <class F>
  effects account(rules::wish_book& wishes, F f);

  options how_;
  wall_clock clock_;
  store_url url_;
  // The name first: nothing is opened or freed before it is ours, and it goes last.
  std::unique_ptr<file_lock> file_lock_;
  connection db_;
  std::int64_t epoch_{0};
  uuid_source ids_;
};

}  // namespace carillon::storage
