#include "actors/ingress.hpp"

#include "actors/ingress_answers.hpp"
#include "actors/questions.hpp"
#include "actors/resilient.hpp"
#include "protocol/rules/bulk.hpp"
#include "protocol/rules/collections.hpp"
#include "protocol/rules/mailing.hpp"
#include "protocol/rules/plan.hpp"

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>

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

class ingress_state {
 public:
  static constexpr const char* name = "ingress";
  using self_type = resilient<ingress_shell>;

  /// `current` is shared by all lives: a catalog once answered for is not forgotten.
  ingress_state(self_type& self, persistence_actor persistence, queries_actor queries,
                waiting_room_actor room, std::shared_ptr<catalog_ptr> current,
                template_shelf_ptr words, std::shared_ptr<uuid_source> ids, metrics* counts)
      : self_(self),
        persistence_(std::move(persistence)),
        queries_(std::move(queries)),
        room_(std::move(room)),
        current_(std::move(current)),
        words_(std::move(words)),
        ids_(std::move(ids)),
        counts_(*counts) {}

  self_type::behavior_type behavior() {
    return {
      [this](const posting_ptr& x) {
        heed_templates();
        take(x, x->drafts);
      },
      [this](const happening_ptr& x) {
        heed_templates();
        take(x, x->draft, catalog_for(*x));
      },
      [this](const mailing_ptr& x) {
        heed_templates();
        take(x, x->draft);
      },
      [this](const rehearsal_ptr& x) {
        heed_templates();
        take(x, x->draft);
      },
      [this](const digest_turn_ptr& x) {
        heed_templates();
        take(x, x->what);
      },
      [this](const bulk_order_ptr& x) {
        heed_templates();
        begin(x);
      },
      [this](const bulk_turn_ptr& x) {
        heed_templates();
        take(x, x->what);
      },
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
    std::variant<posting_ptr, happening_ptr, mailing_ptr, rehearsal_ptr, bulk_turn_ptr,
                 digest_turn_ptr>
      what{};
    catalog_ptr catalog{};
    std::vector<std::string> users{};
    std::vector<audience> groups{};
  };

  /// Plans with the templates as they are now.
  void heed_templates() {
    const auto now = words_->now();
    if ((*current_)->templates == now)
      return;
    auto next = std::make_shared<catalog>(**current_);
    next->templates = now;
    *current_ = std::move(next);
  }

  /// What is configured; for an event of the engine's own with its one route.
  catalog_ptr catalog_for(const happening& x) const {
    if (!x.only)
      return *current_;
    auto alone = std::make_shared<catalog>(**current_);
    alone->routes = {*x.only};
    return alone;
  }

  /// Mailings and turns of bulks and digests name people only.
  static std::vector<audience> groups_of(const auto& asked, const catalog& with) {
    if constexpr (requires { rules::needs_groups(asked, with); })
      return rules::needs_groups(asked, with);
    else
      return {};
  }

  template <class Asked, class Drafts>
  void take(const Asked& x, const Drafts& drafts) {
    take(x, drafts, *current_);
  }

  template <class Asked, class Drafts>
  void take(const Asked& x, const Drafts& drafts, const catalog_ptr& with) {
    std::vector<std::string> users;
    std::vector<audience> groups;
    if (!at_own_risk(*x, [&] {
          users = rules::needs_facts(drafts, *with);
          groups = groups_of(drafts, *with);
        }))
      return;
    if (users.empty() && groups.empty())
      return pass_on(x, with, {});
    waiting_.push_back({x, with, std::move(users), std::move(groups)});
    if (asked_.empty())
      ask();
  }

  /// One read for as many of those who wait as make a good size.
  void ask() {
    std::set<std::string> users;
    std::vector<audience> groups;
    while (!waiting_.empty() && users.size() < enough_users) {
      auto& first = waiting_.front();
      users.insert(first.users.begin(), first.users.end());
      for (const auto& group : first.groups)
        if (std::ranges::find(groups, group) == groups.end())
          groups.push_back(group);
      asked_.push_back(std::move(first));
      waiting_.pop_front();
    }
    if (asked_.empty())
      return;
    self_.send(queries_, query_of(gather_facts{{users.begin(), users.end()},
                                               sent_back<facts_read, facts>(self_),
                                               std::move(groups)}));
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

  /// Its producer takes a seat before anything can be heard of its deliveries.
  void pass_on(const mailing_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      auto channels = x->draft.channels;
      auto meant = rules::plan(std::move(x->draft), *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      auto seat = std::make_shared<awaited>();
      seat->until = x->arrived + x->wait;
      for (const auto& one : meant->shown)
        if (!is_final(one->status) && x->wait > milliseconds{0} && one->due_at <= x->now + x->wait)
          seat->ids.push_back(one->id);
      seat->reply = std::move(x->reply);
      seat->idempotency = std::move(x->idempotency);
      auto& made = meant->meant;
      if (seat->idempotency) {
        made.idempotency = once_of(*seat->idempotency);
        made.awaited.assign(meant->shown.begin(), meant->shown.end());
      }
      made.reply = seated(seat, std::move(meant->shown), std::move(channels), room_, counts_);
      self_.send(room_, awaited_ptr{std::move(seat)});
      commit(std::move(made), *x);
    });
  }

  void pass_on(const rehearsal_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      auto meant = rules::plan(std::move(x->draft), *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      meant->idempotency = std::move(x->idempotency);
      self_.send(queries_, query_of(foresee{.what = std::make_shared<acceptance>(std::move(*meant)),
                                            .now = x->now,
                                            .reply = std::move(x->reply)}));
    });
  }

  void pass_on(const digest_turn_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      auto meant = rules::plan(x->what, *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      meant->reply = counted(x, *meant, counts_);
      commit(std::move(*meant), *x);
    });
  }

  void pass_on(const bulk_turn_ptr& x, const catalog_ptr& with, const facts& known) {
    at_own_risk(*x, [&] {
      auto meant = rules::plan(x->what, *with, known, x->now, *ids_);
      if (!meant)
        return x->reply(std::move(meant).error());
      meant->reply = counted(x, rules::created_on(*meant), rules::refused_on(*meant), counts_);
      commit(std::move(*meant), *x);
    });
  }

  void begin(const bulk_order_ptr& x) {
    at_own_risk(x->what, [&] {
      if (auto why = rules::objection_to(x->what.what, **current_))
        return x->what.reply(std::move(*why));
      commit(std::move(x->what), *x);
    });
  }

  template <class Meant, class Asked>
  void commit(Meant meant, Asked& from) {
    self_.send(persistence_,
               unit_of(std::move(meant), from.now, from.arrived, std::move(from.ticket)));
  }

  /// An exception of a rule belongs to the input that caused it: its producer alone hears of it.
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
  waiting_room_actor room_;
  std::shared_ptr<catalog_ptr> current_;
  template_shelf_ptr words_;
  std::shared_ptr<uuid_source> ids_;
  metrics& counts_;
  std::deque<waiting> waiting_;
  /// Those whom the read under way is for.
  std::vector<waiting> asked_;
};

}  // namespace

ingress_actor spawn_ingress(caf::actor_system& system, supervisor_actor supervisor,
                            persistence_actor persistence, queries_actor queries,
                            waiting_room_actor room, catalog_ptr initial, template_shelf_ptr words,
                            std::shared_ptr<uuid_source> ids, metrics& counts) {
  return system.spawn<resilient_actor<ingress_shell, ingress_state>>(
    care{std::move(supervisor), counts}, std::move(persistence), std::move(queries),
    std::move(room), std::make_shared<catalog_ptr>(std::move(initial)), std::move(words),
    std::move(ids), &counts);
}

}  // namespace carillon
