#include "tests/adapters/http/engine.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <csignal>
#include <type_traits>
#include <variant>

namespace carillon::http {

namespace {

constexpr auto one_id = [](std::uint8_t n) {
  uuid x;
  x.bytes[15] = n;
  return x;
};

notification_ptr stored_notification(timestamp now) {
  auto what = std::make_shared<notification>();
  what->id = notification_id{one_id(1)};
  what->seq = 7;
  what->title = "库存预警";
  what->message = "low";
  what->to.user_id = "u1";
  what->created_at = what->visible_at = now;
  return what;
}

delivery_ptr stored_delivery(timestamp now) {
  auto what = std::make_shared<delivery>();
  what->id = delivery_id{one_id(2)};
  what->channel = "log";
  what->status = delivery_status::delivered;
  what->created_at = now;
  return what;
}

}  // namespace

engine::engine(setup how)
    : small_door(std::make_shared<door>(how.small)), large_door(std::make_shared<door>(how.large)) {
  std::signal(SIGPIPE, SIG_IGN);
  ingress_ = system_.spawn([this]() -> ingress_actor::behavior_type {
    return {[this](const posting_ptr& x) { post(x); },
            [this](const happening_ptr& x) { post(x); },
            [](const mailing_ptr& x) { x->reply(mailed{}); },
            [this](const rehearsal_ptr& x) {
              last_once = x->idempotency;
              x->reply(std::make_shared<acceptance>());
            },
            [](const digest_turn_ptr& x) { x->reply(true); },
            [](const bulk_order_ptr& x) { x->what.reply(batch_begun{}); },
            [](const bulk_turn_ptr& x) { x->reply(true); },
            [](const catalog_ptr&) {}};
  });
  persistence_ = system_.spawn([this]() -> persistence_actor::behavior_type {
    return {[this](const unit_ptr& x) { apply(*x); }, [](const want_ptr&) {}, [](const due&) {},
            [](const close_store&) {}, [](survey_again) {}};
  });
  queries_ = system_.spawn(
    [this]() -> queries_actor::behavior_type { return {[this](const query_ptr& x) { ask(*x); }}; });
  presence_ = system_.spawn([this]() -> presence_actor::behavior_type {
    return {[](const released_ptr&) {},
            [](const inbox_change_ptr&) {},
            [](const preferences_change_ptr&) {},
            [](const personal_event_ptr&) {},
            [](const attach&) {},
            [](const detach&) {},
            [](room) {},
            [](reread) {},
            [](const close_all&) {},
            [this](const list_online& x) {
              (*x.reply)(std::vector{online_user{"u1", 2, now()}, online_user{"a0", 1, now()}});
            }};
  });
  how.options.port = 0;
  shard_.start();
  serving_ = std::make_unique<server>(how.options, wiring(how), std::vector{&shard_});
  serving_->start();
}

engine::~engine() {
  take_held();
  serving_.reset();
  for (const auto& x :
       {caf::actor_cast<caf::actor>(ingress_), caf::actor_cast<caf::actor>(persistence_),
        caf::actor_cast<caf::actor>(queries_), caf::actor_cast<caf::actor>(presence_)})
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  system_.await_all_actors_done();
  shard_.stop();
  shard_.join();
}

services engine::wiring(const setup& how) {
  auto live = std::make_shared<live::live_services>();
  live->presence = presence_;
  live->queries = queries_;
  live->now = [this] { return now(); };
  live->connections = std::make_shared<live::census>(how.options.max_connections, counts);
  live->queues = std::make_shared<live::backlog>();
  services with;
  with.ingress = ingress_;
  with.persistence = persistence_;
  with.queries = queries_;
  with.presence = presence_;
  with.small_door = small_door;
  with.large_door = large_door;
  with.tokens = std::make_shared<authenticator>(
    how.jwt.value_or(jwt_rules{.secret = std::string{secret}}),
    std::vector{service_token{"shop", std::string{service}, {"publish"}}});
  with.count = &counts;
  with.scrape = [this] { return scrape(); };
  with.storage = storage;
  with.draining = draining;
  with.now = [this] { return now(); };
  with.live = std::move(live);
  with.catalog = [] { return std::make_shared<const catalog>(); };
  with.reload = [said = how.reload](answer<reload_report> reply) { reply(said); };
  with.presence_visible_to_all = how.presence_visible_to_all;
  return with;
}

std::string engine::token(const std::string& user, const std::vector<std::string>& scopes) const {
  return mint({.subject = user,
               .scopes = scopes,
               .issued_at = now(),
               .expires_at = now() + std::chrono::hours{1}},
              secret);
}

std::vector<posting_ptr> engine::take_held() {
  std::lock_guard lock{mutex_};
  return std::exchange(held_, {});
}

void engine::post(const posting_ptr& what) {
  if (hold) {
    std::lock_guard lock{mutex_};
    held_.push_back(what);
    return;
  }
  created done;
  if (what->idempotency && first_answers_.contains(what->idempotency->key)) {
    done.replayed = first_answers_[what->idempotency->key];
    return what->reply(std::move(done));
  }
  for (const auto& draft : what->drafts) {
    last_draft = draft;
    auto made = std::make_shared<notification>(draft.what);
    made->id = notification_id{ids_.next(what->now)};
    made->seq = ++seq_;
    done.notifications.push_back(made);
    done.duplicate.push_back(draft.what.dedupe_key == "seen");
  }
  if (what->idempotency)
    first_answers_[what->idempotency->key] = what->idempotency->compose(done);
  what->reply(std::move(done));
}

void engine::post(const happening_ptr& what) {
  last_event = what->draft;
  last_once = what->idempotency;
  accepted done;
  done.id = event_id{one_id(3)};
  if (what->idempotency && first_answers_.contains(what->idempotency->key))
    done.replayed = first_answers_[what->idempotency->key];
  else if (what->idempotency)
    first_answers_[what->idempotency->key] = what->idempotency->compose(done);
  what->reply(std::move(done));
}

void engine::apply(unit& what) {
  auto& asked = std::get<marking>(what.what);
  last_marking.emplace();
  last_marking->kind = asked.kind;
  last_marking->who = asked.who;
  last_marking->ids = asked.ids;
  last_marking->single = asked.single;
  asked.reply(marked{asked.kind == mark_kind::read_all ? 5 : std::int64_t(asked.ids.size())});
}

void engine::ask(query& what) {
  const auto item = inbox_item{stored_notification(now()), now()};
  std::visit(
    [&](auto& asked) {
      using kind = std::decay_t<decltype(asked)>;
      auto reply = std::move(asked.reply);
      if constexpr (std::is_same_v<kind, list_inbox>) {
        last_list.emplace(std::move(asked));
        reply(inbox_page{{item, item}, 7});
      } else if constexpr (std::is_same_v<kind, get_notification>) {
        if (asked.id == item.what->id)
          reply(item);
        else
          reply(error{errc::not_found, "there is no such notification"});
      } else if constexpr (std::is_same_v<kind, count_unread>) {
        reply(std::int64_t{5});
      } else if constexpr (std::is_same_v<kind, read_stats>) {
        last_stats.emplace(std::move(asked));
        inbox_stats stats{{3, 2, {1, 0, 2}, {0, 3}}, {}};
        if (last_stats->deliveries)
          stats.deliveries = delivery_counts{{"log", {0, 1}}};
        reply(stats);
      } else if constexpr (std::is_same_v<kind, list_deliveries>) {
        last_deliveries.emplace(std::move(asked));
        reply(delivery_page{{stored_delivery(now())}, delivery_id{one_id(2)}});
      } else if constexpr (std::is_same_v<kind, get_delivery>) {
        reply(delivery_story{stored_delivery(now()), {attempt{}}});
      } else if constexpr (std::is_same_v<kind, read_state>) {
        reply(inbox_state{7, 0});
      }
    },
    what.what);
}

}  // namespace carillon::http
