#include "actors/persistence.hpp"
#include "actors/queries.hpp"
#include "protocol/id.hpp"
#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"
#include "tests/temporary_directory.hpp"

#include <memory>
#include <string>
#include <vector>

#define CAF_SUITE persistence_sqlite
#include "tests/caf_test.hpp"

namespace persistence_sqlite_suite {

using namespace carillon;

namespace {

constexpr timestamp noon{milliseconds{1'700'000'000'000}};

struct fixture : test_coordinator_fixture<> {
  fixture() {
    storage::migrate(url);
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    sender = sys.spawn([this](sender_actor::pointer me) -> sender_actor::behavior_type {
      return {
        [this](const handover_ptr& x) {
          for (auto& what : x->deliveries)
            handed.push_back(what->recipient);
        },
        [](const exchange_ptr&) {},
        [](const settled&) {},
        [this, me](wish_again) { me->send(writer, wish(me)); },
        [](const side_exchange_ptr&) {},
        [](const channel_order&) {},
        [](const drain&) {},
        [](const withdraw&) {},
      };
    });
    queries = spawn_queries(
      sys, supervisor, gauges, [this] { return storage::open_reader(url); }, {}, false);
    start();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(queries, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(sender, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  storage::options options() const {
    return {.url = url, .node = "here", .name_timeout = seconds{0}};
  }

  void start() {
    const auto clock = [] { return noon; };
    writer = spawn_persistence(sys, supervisor, gauges, std::make_shared<directory>(),
                               storage::open_repository(options(), clock), clock, health, false);
    sched.run();
  }

  bool name_is_free() const {
    try {
      storage::open_repository(options(), [] { return noon; });
      return true;
    } catch (const storage::fenced&) {
      return false;
    }
  }

  static want_ptr wish(const sender_actor& by, bool only_backed = false) {
    auto made = std::make_shared<want>();
    made->channel = "hook";
    made->sender = by;
    made->generation = 1;
    made->room = {4, 4, 4, 4};
    made->only_backed = only_backed;
    made->fresh = true;
    return made;
  }

  std::shared_ptr<unit> creation_of(const std::string& title) {
    auto what = std::make_shared<notification>();
    what->id = {ids.next(noon)};
    what->title = title;
    what->to.user_id = "zhang3";
    what->created_at = noon;
    auto sent = std::make_shared<delivery>();
    sent->id = {ids.next(noon)};
    sent->notification = what->id;
    sent->channel = "hook";
    sent->recipient = "to " + title;
    sent->due_at = noon;
    sent->created_at = noon;
    auto made = std::make_shared<unit>();
    made->now = noon;
    made->what = creation{.notifications = {what},
                          .deliveries = {sent},
                          .reply = answer<created>{[this](const result<created>& x) {
                            seqs.push_back(x ? x->notifications.at(0)->seq : -1);
                          }}};
    return made;
  }

  void post(const std::string& title) {
    self->send(writer, creation_of(title));
    sched.run();
  }

  void post_backed(const std::string& title) {
    auto made = creation_of(title);
    auto backed = std::make_shared<delivery>(*std::get<creation>(made->what).deliveries.at(0));
    backed->failover = {{.channel = "backup", .recipient = "to the backup"}};
    std::get<creation>(made->what).deliveries = {std::move(backed)};
    self->send(writer, std::move(made));
    sched.run();
  }

  std::int64_t unread() {
    auto who = std::make_shared<principal>();
    who->subject = "zhang3";
    std::int64_t count = -1;
    auto asked = std::make_shared<query>();
    asked->what = count_unread{std::move(who), noon, answer<std::int64_t>{[&](auto x) {
                                 if (x)
                                   count = *x;
                               }}};
    self->send(queries, std::move(asked));
    sched.run();
    return count;
  }

  tests::temporary_directory place;
  std::string url = "sqlite://" + place.path("store.db");
  tests::counted gauges;
  uuid_source ids;
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  std::vector<std::int64_t> seqs;
  std::vector<std::string> handed;
  supervisor_actor supervisor;
  sender_actor sender;
  queries_actor queries;
  persistence_actor writer;
};

using list = std::vector<std::string>;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(persistence_sqlite_tests, fixture)

CAF_TEST(what was answered is in the file and in order) {
  post("a");
  post("b");
  CAF_CHECK_EQUAL(seqs, (std::vector<std::int64_t>{1, 2}));
  CAF_CHECK_EQUAL(unread(), 2);
}

CAF_TEST(a guilty unit leaves neither rows nor a hole in the order) {
  auto twice = creation_of("twice");
  auto& copy = std::get<creation>(twice->what);
  copy.notifications.push_back(std::make_shared<notification>(*copy.notifications[0]));
  self->send(writer, creation_of("a"));
  self->send(writer, std::move(twice));
  self->send(writer, creation_of("c"));
  sched.run();
  CAF_CHECK_EQUAL(seqs, (std::vector<std::int64_t>{1, -1, 2}));
  CAF_CHECK_EQUAL(unread(), 2);
}

CAF_TEST(deliveries are handed to the sender that wished for them) {
  post("early");
  self->send(writer, wish(sender));
  sched.run();
  CAF_CHECK_EQUAL(handed, list{"to early"});
  post("late");
  CAF_CHECK_EQUAL(handed, (list{"to early", "to late"}));
}

CAF_TEST(a sender that wishes for what has a backup is handed nothing else) {
  post("plain");
  post_backed("early");
  self->send(writer, wish(sender, true));
  sched.run();
  CAF_CHECK_EQUAL(handed, list{"to early"});
  post("later");
  post_backed("late");
  CAF_CHECK_EQUAL(handed, (list{"to early", "to late"}));
  handed.clear();
  self->send(writer, wish(sender));
  sched.run();
  CAF_CHECK_EQUAL(handed, (list{"to plain", "to early", "to later", "to late"}));
}

CAF_TEST(after a throw what the sender does not hold is handed over again) {
  self->send(writer, wish(sender));
  post("a");
  tests::throw_in("persistence");
  post("lost");
  CAF_CHECK_EQUAL(seqs, (std::vector<std::int64_t>{1, -1}));
  CAF_CHECK_EQUAL(handed, (list{"to a", "to a"}));
  post("b");
  CAF_CHECK_EQUAL(seqs.back(), 2);
}

CAF_TEST(the node has its name until the store is closed) {
  CAF_CHECK(!name_is_free());
  tests::throw_in("persistence");
  post("lost");
  CAF_CHECK(!name_is_free());
  self->send(writer, close_store{});
  sched.run();
  CAF_CHECK(name_is_free());
}

CAF_TEST(a new start goes on where the last one ended) {
  self->send(writer, wish(sender));
  post("a");
  self->send(writer, close_store{});
  sched.run();
  start();
  self->send(writer, wish(sender));
  post("b");
  CAF_CHECK_EQUAL(seqs, (std::vector<std::int64_t>{1, 2}));
  CAF_CHECK_EQUAL(handed, (list{"to a", "to a", "to b"}));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace persistence_sqlite_suite
