#pragma once

#include "storage/repository.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace carillon::tests {

/// What a scripted store did and what it is to do; it outlives the store.
struct script {
  /// Called with each verb before it is done; throws to make it fail.
  std::function<void(const std::string& verb)> before{};
  /// Makes `apply` throw `unit_failure` for units that hold a notification of this title.
  std::string poison{};
  /// A lost commit happened all the same.
  bool commit_survives{false};

  std::vector<std::string> verbs{};
  /// Titles and channels of what is committed, in order.
  std::vector<std::string> committed{};
  std::set<std::int64_t> batches{};
  std::vector<delivery_id> held{};
  storage::effects survey{};
  /// A channel that `work_due` finds rows for.
  std::string backlog{};
  std::int64_t seq{0};
  bool open{true};

  /// How often a verb was called.
  int count(const std::string& verb) const;
};

/// A store that keeps the seam's rules in memory, for what a real one cannot be made to do on
/// order: losing its connection, being busy, being fenced.
class scripted_store final : public storage::repository {
 public:
  explicit scripted_store(std::shared_ptr<script> by) : script_(std::move(by)) {}
  ~scripted_store() override { script_->open = false; }

  void begin(std::int64_t batch) override;
  void commit() override;
  void rollback() noexcept override;
  void savepoint() override;
  void release_savepoint() override;
  void rollback_to_savepoint() override;
  storage::effects apply(std::span<const unit_ptr> units, rules::wish_book& wishes) override;
  storage::effects claim(rules::wish_book& wishes, timestamp now) override;
  storage::effects work_due(const timer_key& key, timestamp now, int limit,
                            rules::wish_book& wishes) override;
  storage::effects rescue(const std::string& channel, std::span<const delivery_id> held,
                          timestamp now, rules::wish_book& wishes) override;
  void heartbeat() override;
  storage::effects survey(timestamp now) override;
  channel_history history(const std::string& channel) override;
  inbox_state state() override;
  void reconnect() override;
  bool was_committed(std::int64_t batch) override;

 private:
  void verb(const std::string& what);
  void create(creation& x, rules::wish_book& wishes, storage::effects& out);
  void note(const std::string& what);

  std::shared_ptr<script> script_;
  std::int64_t batch_ = 0;
  std::int64_t seq_ = 0;
  std::vector<std::string> written_;
  std::size_t saved_ = 0;
};

}  // namespace carillon::tests
