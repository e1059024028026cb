#include "actors/ingress.hpp"

#include "actors/resilient.hpp"
#include "protocol/rules/plan.hpp"

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <set>
#include <utility>
#include <variant>

namespace carillon {

/// INTERNAL: the read that was asked for last has ended.
struct facts_read {
  std::uint64_t life{0};
  std::shared_ptr<const result<facts>> found{};
};

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::facts_read)

namespace carillon {

namespace {

using ingress_shell = ingress_actor::extend<
  // INTERNAL: goes on with those who waited for it.
  caf::reacts_to<facts_read>>;

/// What was learnt of a posting is counted when it is committed, and then its
/// producer is told.
answer<created> counted(posting_ptr from, metrics& counts) {
  return answer<created>{[from = std::move(from), &counts](result<created> done) {
    if (done && !done->replayed)
      for (std::size_t i = 0; i < from->drafts.size(); ++i)
        if (i >= done->duplicate.size() || !done->duplicate[i])
          for (const auto& channel : from->drafts[i].channels)
            counts.notification_created(channel);
    from->reply(std::move(done));
  }};
}

answer<accepted> counted(happening_ptr from, std::string type, metrics& counts) {
  return answer<accepted>{
    [from = std::move(from), type = std::move(type), &counts](result<accepted> done) {
      if (!done) {
        counts.event(type, "failed");
      } else if (done->replayed || done->duplicate) {
        counts.event(type, "duplicate");
      } else {
        counts.event(type, "accepted");
        for (const auto& x : done->deliveries)
          if (x->status != delivery_status::skipped)
            counts.notification_created(x->channel);
      }
      from->reply(std::move(done));
    }};
}

class ingress_state {
 public:
  static constexpr const char* name = "ingress";
  using self_type = resilient<ingress_shell>;

  /// `current` is shared by all lives: a catalog once answered for is not
  /// forgotten.
  ingress_state(self_type& self, persistence_actor persistence, queries_actor queries,
                std::shared_ptr<catalog_ptr> current, std::shared_ptr<uuid_source> ids,
                metrics* counts)
      : self_(self),
        persistence_(std::move(persistence)),
        queries_(std::move(queries)),
        current_(std::move(current)),
        ids_(std::move(ids)),
        counts_(*counts) {}

  self_type::behavior_type behavior() {
    return {
      [this](const posting_ptr& x) { take(x, x->drafts); },
      [this](const happening_ptr& x) { take(x, x->draft); },
      [this](const catalog_ptr& x) { *current_ = x; },
      [this](const facts_read& x) {
        if (x.life == self_.life())
          go_on(*x.found);
      },
      [](tick) {},
    };
  }

 private:
  /// Users asked for in one read, about.
  static constexpr std::size_t enough_users = 500;

  /// Someone who waits for facts, with the catalog of their arrival.
  struct waiting {
    std::variant<posting_ptr, happening_ptr> what{};
    catalog_ptr catalog{};
    std::vector<std::string> users{};
  };

  template <class Asked, class Drafts>
  void take(const Asked& x, const Drafts& drafts) {
    std::vector<std::string> users;
    if (!at_own_risk(*x, [&] { users = rules::needs_facts(drafts, **current_); }))
      return;
    if (users.empty())
      return pass_on(x, *current_, {});
    waiting_.push_back({x, *current_, std::move(users)});
    if (asked_.empty())
      ask();
  }

  /// One read for as many of those who wait as make a good size.
  void ask() {
    std::set<std::string> users;
    while (!waiting_.empty() && users.size() < enough_users) {
      auto& first = waiting_.front();
      users.insert(first.users.begin(), first.users.end());
      asked_.push_back(std::move(first));
      waiting_.pop_front();
    }
    if (users.empty())
      return;
    auto what = std::make_shared<query>();
    what->what = gather_facts{
      {users.begin(), users.end()},
      answer<facts>{[to = self_.handle(), life = self_.life()](result<facts> found) {
        caf::anon_send(to,
                       facts_read{life, std::make_shared<const result<facts>>(std::move(found))});
      }}};
    self_.send(queries_, query_ptr{std::move(what)});
  }

  void go_on(const result<facts>& found) {
    for (auto& x : std::exchange(asked_, {}))
      std::visit(
        [&](auto& from) {
          if (found)
            pass_on(from, x.catalog, *found);
          else
            from->reply(found.error());
        },
        x.what);
    ask();
  }

  void pass_on(const posting_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      auto meant = rules::plan(x->drafts, x->batch, *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      meant->idempotency = std::move(x->idempotency);
      meant->reply = counted(x, counts_);
      commit(std::move(*meant), *x);
    });
  }

  void pass_on(const happening_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      if (x->by && x->draft.what.subject.empty())
        x->draft.what.subject = x->by->subject;
      auto meant = rules::plan(std::move(x->draft), *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      meant->idempotency = std::move(x->idempotency);
      meant->reply = counted(x, meant->what.type, counts_);
      commit(std::move(*meant), *x);
    });
  }

  template <class Meant, class Asked>
  void commit(Meant meant, Asked& from) {
    auto what = std::make_shared<unit>();
    what->what = std::move(meant);
    what->now = from.now;
    what->arrived = from.arrived;
    what->ticket = std::move(from.ticket);
    self_.send(persistence_, unit_ptr{std::move(what)});
  }

  /// An exception of a rule belongs to the input that caused it: its producer
  /// alone hears of it.
  template <class Asked, class Work>
  bool at_own_risk(Asked& from, Work work) {
    try {
      work();
      return true;
    } catch (const std::exception& e) {
      spdlog::error("planning failed: {}", e.what());
    } catch (...) {
      spdlog::error("planning failed: an exception of an unknown type");
    }
    from.reply(error{errc::internal, "the request could not be planned", {}});
    return false;
  }

  self_type& self_;
  persistence_actor persistence_;
  queries_actor queries_;
  std::shared_ptr<catalog_ptr> current_;
  std::shared_ptr<uuid_source> ids_;
  metrics& counts_;
  std::deque<waiting> waiting_;
  /// Those whom the read under way is for.
  std::vector<waiting> asked_;
};

}  // namespace

ingress_actor spawn_ingress(caf::actor_system& system, supervisor_actor supervisor,
                            persistence_actor persistence, queries_actor queries,
                            catalog_ptr initial, std::shared_ptr<uuid_source> ids,
                            metrics& counts) {
  return system.spawn<resilient_actor<ingress_shell, ingress_state>>(
    care{std::move(supervisor), counts}, std::move(persistence), std::move(queries),
    std::make_shared<catalog_ptr>(std::move(initial)), std::move(ids), &counts);
}

}  // namespace carillon
