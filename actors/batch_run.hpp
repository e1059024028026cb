#pragma once

#include "protocol/actors.hpp"
#include "protocol/rules/wish_book.hpp"
#include "protocol/unit.hpp"
#include "storage/repository.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// What is committed together.
struct batch {
  /// Never used twice by this node, in no life of it.
  std::int64_t number{0};
  /// First wishes of senders: what they do not hold is freed.
  std::vector<want_ptr> rescues{};
  std::vector<unit_ptr> units{};
  std::vector<timer_key> due{};
  bool heartbeat{false};
};

/// One batch on its way to its commit, however many attempts that takes. Everything is applied in
/// one go first; where that fails by something in the batch it runs once more, each part behind a
/// savepoint of its own, so that the guilty one alone is refused.
class batch_run {
 public:
  /// `before` is the book as it stands without this batch.
  batch_run(batch what, rules::wish_book before);

  /// Returns once the batch is committed. Throws `store_failure` where it is to be called again
  /// later, `fenced` where it is not, and what else is wrong with the store's code.
  void attempt(storage::repository& store, timestamp now);

  /// After the commit: gives every unit its answer.
  void answer();

  /// The store is away for long: the units are answered so, and are dropped unless the commit that
  /// was lost turns out to have happened. The rest of the batch stays.
  void abandon(const std::string& why);

  /// After the commit: what follows from it, and the book as it stands then.
  storage::effects& effects() noexcept { return effects_; }
  const rules::wish_book& wishes() const noexcept { return wishes_; }

  /// What the guilty parts threw, for the log.
  const std::vector<std::string>& complaints() const noexcept { return complaints_; }

 private:
  using repository = storage::repository;

  /// Nothing of an earlier attempt counts any more.
  void start_over();
  bool settle_doubt(repository& store);
  void run(repository& store, timestamp now);
  void apply_together(repository& store, timestamp now);
  void apply_apart(repository& store, timestamp now);
  storage::effects claim(repository& store, timestamp now);

  /// Runs a part behind a savepoint; what it throws is undone, noted and given to `blame`.
  void alone(repository& store, const std::function<storage::effects()>& part,
             const std::function<void(const error&)>& blame);

  batch batch_;
  const rules::wish_book before_;
  rules::wish_book wishes_;
  storage::effects effects_;
  std::map<const unit*, error> guilty_;
  std::vector<std::string> complaints_;
  /// Something in it fails: every part behind its savepoint.
  bool apart_ = false;
  /// The connection is to be opened again.
  bool lost_ = false;
  /// It was lost during the commit: only the store knows whether that happened.
  bool in_doubt_ = false;
  bool abandoned_ = false;
};

}  // namespace carillon
