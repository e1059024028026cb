#include "actors/batch_run.hpp"

#include "actors/unit_answers.hpp"

#include <exception>
#include <utility>
#include <variant>

namespace carillon {

namespace {

/// How much of what is due is worked in one batch.
constexpr int slice = 500;

/// When a part of it that failed is tried again.
constexpr seconds failed_again{30};

error guilt_of(const std::exception& e) {
  if (dynamic_cast<const storage::unit_failure*>(&e))
    return {errc::invalid, "the store does not take this data"};
  return {errc::internal, "this request failed inside; nothing of it is stored"};
}

}  // namespace

batch_run::batch_run(batch what, rules::wish_book before)
    : batch_(std::move(what)), before_(std::move(before)) {}

void batch_run::attempt(repository& store, timestamp now) {
  try {
    if (lost_) {
      store.reconnect();
      lost_ = false;
    }
    if (!settle_doubt(store))
      run(store, now);
  } catch (const storage::store_failure& e) {
    lost_ = lost_ || e.connection_lost;
    if (!lost_)
      store.rollback();
    throw;
  }
}

bool batch_run::settle_doubt(repository& store) {
  if (!in_doubt_)
    return false;
  const bool committed = store.was_committed(batch_.number);
  in_doubt_ = false;
  if (!committed && abandoned_)
    batch_.units.clear();
  return committed;
}

void batch_run::run(repository& store, timestamp now) {
  if (!apart_) {
    try {
      apply_together(store, now);
    } catch (const storage::store_failure&) {
      throw;
    } catch (const storage::fenced&) {
      throw;
    } catch (const std::exception&) {
      store.rollback();
      apart_ = true;
    }
  }
  if (apart_)
    apply_apart(store, now);
  try {
    store.commit();
  } catch (const storage::store_failure& e) {
    in_doubt_ = e.connection_lost;
    throw;
  }
}

void batch_run::start_over() {
  wishes_ = before_;
  effects_ = {};
  guilty_.clear();
  complaints_.clear();
  for (auto& x : batch_.units) {
    x->refused.reset();
    std::visit(
      [](auto& what) {
        if constexpr (requires { what.done; })
          what.done = {};
      },
      x->what);
  }
}

void batch_run::apply_together(repository& store, timestamp now) {
  start_over();
  store.begin(batch_.number);
  if (batch_.heartbeat)
    store.heartbeat();
  for (auto& x : batch_.rescues)
    effects_.merge(store.rescue(x->channel, x->held, now, wishes_));
  if (!batch_.units.empty())
    effects_.merge(store.apply(batch_.units, wishes_));
  for (auto& key : batch_.due)
    effects_.merge(store.work_due(key, now, slice, wishes_));
  effects_.merge(claim(store, now));
}

void batch_run::apply_apart(repository& store, timestamp now) {
  start_over();
  store.begin(batch_.number);
  if (batch_.heartbeat)
    store.heartbeat();
  const auto nobody = [](const error&) {};
  for (auto& x : batch_.rescues)
    alone(
      store, [&] { return store.rescue(x->channel, x->held, now, wishes_); }, nobody);
  for (auto& x : batch_.units)
    alone(
      store,
      [&] {
        return store.apply({&x, 1}, wishes_);
      },
      [&](const error& why) { guilty_.emplace(x.get(), why); });
  for (auto& key : batch_.due)
    alone(
      store, [&] { return store.work_due(key, now, slice, wishes_); },
      [&](const error&) {
        effects_.timers.push_back({key, now + failed_again});
      });
  alone(
    store, [&] { return claim(store, now); }, nobody);
}

void batch_run::alone(repository& store, const std::function<storage::effects()>& part,
                      const std::function<void(const error&)>& blame) {
  const auto book = wishes_;
  store.savepoint();
  try {
    auto done = part();
    store.release_savepoint();
    effects_.merge(std::move(done));
  } catch (const storage::store_failure&) {
    throw;
  } catch (const storage::fenced&) {
    throw;
  } catch (const std::exception& e) {
    store.rollback_to_savepoint();
    wishes_ = book;
    complaints_.emplace_back(e.what());
    blame(guilt_of(e));
  }
}

storage::effects batch_run::claim(repository& store, timestamp now) {
  return wishes_.any_claimable() ? store.claim(wishes_, now) : storage::effects{};
}

void batch_run::answer() {
  for (auto& x : batch_.units) {
    auto guilt = guilty_.find(x.get());
    if (guilt == guilty_.end())
      answer_committed(*x);
    else
      answer_error(*x, guilt->second);
  }
}

void batch_run::abandon(const std::string& why) {
  if (std::exchange(abandoned_, true))
    return;
  for (auto& x : batch_.units)
    answer_unavailable(*x, why);
  batch_.heartbeat = true;  // so that a commit of what remains still proves that the store writes
  if (!in_doubt_)
    batch_.units.clear();
}

}  // namespace carillon
