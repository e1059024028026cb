#pragma once

// What the conformance tests stand on: a fresh store, a writer, a clock told by hand, and short
// words for units and questions.

#include "storage/connection.hpp"
#include "storage/repository.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace carillon::storage::test {

/// A store of this test's own, empty but for its schema; gone with the object.
class fresh_store {
 public:
  explicit fresh_store(engine kind);
  ~fresh_store();
  fresh_store(const fresh_store&) = delete;
  fresh_store& operator=(const fresh_store&) = delete;

  const std::string& url() const { return url_; }
  /// The URL by which a session is known to the server as `name`.
  std::string url_of(const std::string& name) const;

 private:
  engine kind_;
  std::string place_;
  std::string url_;
};

/// The one that CARILLON_TEST_ENGINE names, SQLite by itself.
engine engine_under_test();

/// False where the engine's server is not at hand, which is said aloud; in CI that is a failure.
bool is_at_hand(engine kind);

class store_fixture {
 public:
  /// Not ready where `on_server` asks for a server and the engine is a file.
  explicit store_fixture(engine kind, bool on_server = false);

  std::unique_ptr<repository> open(const std::string& node, seconds patience = seconds{0},
                                   const std::string& session = "carillon");

  /// Commits the units as one batch.
  effects commit(std::vector<unit_ptr> units) { return commit(*writer, std::move(units)); }
  effects commit(repository& by, std::vector<unit_ptr> units);

  /// Commits one verb.
  effects within(repository& by, const std::function<effects(repository&)>& verb);
  effects work(timer_kind kind, int limit = 100, const std::string& channel = {});

  std::shared_ptr<notification> notice(audience to, std::string title = "Hello");
  std::shared_ptr<delivery> message(const std::string& channel, priority lane = priority::normal);
  unit_ptr creation_of(std::vector<std::shared_ptr<notification>> what);
  unit_ptr creation_of(std::vector<std::shared_ptr<delivery>> what);
  unit_ptr marking_of(mark_kind kind, const principal_ptr& who,
                      std::vector<notification_id> ids = {}, bool single = false);
  unit_ptr settlement_of(const delivery& before, delivery_status after, int number = 1,
                         seconds wait = seconds{30});
  principal_ptr user(std::string id, std::vector<std::string> roles = {},
                     std::vector<std::string> stores = {}) const;

  /// Asks the reader; throws where it refuses.
  template <class Question>
  auto ask(Question what) {
    auto got = put(std::move(what));
    if (got.has_error())
      throw std::runtime_error("refused: " + got.error().detail);
    return *got;
  }

  /// Why the reader refuses.
  template <class Question>
  errc refusal_of(Question what) {
    return put(std::move(what)).error().code;
  }

  std::vector<std::string> titles(const principal_ptr& who);
  std::int64_t unread(const principal_ptr& who);
  std::int64_t count(const std::string& table);
  /// Whether the counts that are kept are those of the rows.
  bool counts_are_right();
  /// Room for so many normal deliveries on the channel.
  void wish(const std::string& channel, std::uint32_t room);

  /// False where the tests are to be passed over.
  const bool ready;
  timestamp now = from_millis(1'790'000'000'000);
  uuid_source ids;
  /// Told to the writers opened from here on.
  std::vector<sink> sinks;
  rules::wish_book wishes;
  std::unique_ptr<fresh_store> store;
  std::unique_ptr<repository> writer;
  deliveries_in_flight_ptr in_flight = std::make_shared<deliveries_in_flight>();
  std::unique_ptr<storage::reader> reader;
  std::int64_t batch = 0;

 private:
  template <class T>
  static T type_of(const answer<T>&);

  template <class Question>
  auto put(Question what) {
    using value = decltype(type_of(what.reply));
    auto out = std::make_shared<result<value>>(error{});
    what.reply = answer<value>([out](result<value> x) { *out = std::move(x); });
    query asked{std::move(what)};
    reader->run(asked);
    return *out;
  }
};

/// Whether `f` throws an `Error`.
template <class Error, class F>
bool throws(F f) {
  try {
    f();
  } catch (const Error&) {
    return true;
  }
  return false;
}

/// What a unit was about.
template <class T>
T& in(const unit_ptr& x) {
  return std::get<T>(x->what);
}

}  // namespace carillon::storage::test
