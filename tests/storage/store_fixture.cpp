#include "tests/storage/store_fixture.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <utility>

namespace carillon::storage::test {

namespace {

std::string server_url() {
  const auto* url = std::getenv("CARILLON_TEST_POSTGRESQL");
  return url ? url : "";
}

std::string unique_name() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(::getpid()) + "_" + std::to_string(count++);
}

std::string with_query(const std::string& url, const std::string& parameter) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + parameter;
}

}  // namespace

engine engine_under_test() {
  const auto* name = std::getenv("CARILLON_TEST_ENGINE");
  return name && std::string(name) == "postgresql" ? engine::postgresql : engine::sqlite;
}

bool is_at_hand(engine kind) {
  if (kind == engine::sqlite || !server_url().empty())
    return true;
  const auto* ci = std::getenv("CI");
  if (ci && std::string(ci) == "true")
    throw std::runtime_error("CARILLON_TEST_POSTGRESQL is not set: CI tests both engines");
  std::cerr << "SKIPPED: no PostgreSQL in CARILLON_TEST_POSTGRESQL\n";
  return false;
}

fresh_store::fresh_store(engine kind) : kind_(kind), place_(unique_name()) {
  if (kind_ == engine::sqlite) {
    place_ = (std::filesystem::temp_directory_path() / ("carillon-" + place_)).string();
    std::filesystem::create_directories(place_);
    url_ = "sqlite://" + place_ + "/store.db";
  } else {
    connection{parse_url(server_url())}.command("create schema " + place_);
    url_ = with_query(server_url(), "options=-csearch_path%3D" + place_);
  }
  migrate(url_);
}

fresh_store::~fresh_store() {
  if (kind_ == engine::sqlite)
    std::filesystem::remove_all(place_);
  else
    connection{parse_url(server_url())}.command("drop schema " + place_ + " cascade");
}

std::string fresh_store::url_of(const std::string& name) const {
  return kind_ == engine::sqlite ? url_ : with_query(url_, "application_name=" + name);
}

store_fixture::store_fixture(engine kind, bool on_server)
    : ready((kind != engine::sqlite || !on_server) && is_at_hand(kind)) {
  if (!ready)
    return;
  store = std::make_unique<fresh_store>(kind);
  writer = open("one");
  reader = open_reader(store->url(), in_flight);
}

std::unique_ptr<repository> store_fixture::open(const std::string& node, seconds patience,
                                                const std::string& session) {
  // Names are taken per database, and several suites may share one.
  const auto name = node + std::to_string(::getpid());
  return open_repository({store->url_of(session), name, patience, 90, sinks},
                         [this] { return now; });
}

effects store_fixture::commit(repository& by, std::vector<unit_ptr> units) {
  return within(by, [&](repository& x) { return x.apply(units, wishes); });
}

effects store_fixture::within(repository& by, const std::function<effects(repository&)>& verb) {
  by.begin(++batch);
  try {
    auto out = verb(by);
    by.commit();
    return out;
  } catch (...) {
    by.rollback();
    throw;
  }
}

effects store_fixture::work(timer_kind kind, int limit, const std::string& channel) {
  return within(*writer, [&](repository& x) {
    return x.work_due({kind, channel}, now, limit, wishes);
  });
}

std::shared_ptr<notification> store_fixture::notice(audience to, std::string title) {
  auto x = std::make_shared<notification>();
  x->id = {ids.next(now)};
  x->title = std::move(title);
  x->message = "text";
  x->to = std::move(to);
  x->created_at = now;
  return x;
}

std::shared_ptr<delivery> store_fixture::message(const std::string& channel, priority lane) {
  auto x = std::make_shared<delivery>();
  x->id = {ids.next(now)};
  x->channel = channel;
  x->recipient = "a@example.org";
  x->priority = lane;
  x->due_at = now;
  x->expires_at = now + std::chrono::hours{24};
  x->content = {"order.paid",  "Title",       "Text with \"quotes\", a \\ and {braces}, NULL",
                R"({"a":1})",  "<b>Text</b>", "SMS_1",
                R"({"n":"7"})"};
  x->created_at = now;
  return x;
}

unit_ptr store_fixture::creation_of(std::vector<std::shared_ptr<notification>> what) {
  auto x = std::make_shared<unit>();
  x->now = now;
  in<creation>(x).notifications = std::move(what);
  return x;
}

unit_ptr store_fixture::creation_of(std::vector<std::shared_ptr<delivery>> what) {
  auto x = std::make_shared<unit>();
  x->now = now;
  in<creation>(x).inbox = false;
  in<creation>(x).deliveries = std::move(what);
  return x;
}

unit_ptr store_fixture::marking_of(mark_kind kind, const principal_ptr& who,
                                   std::vector<notification_id> ids, bool single) {
  auto x = std::make_shared<unit>();
  x->now = now;
  marking what;
  what.kind = kind;
  what.who = who;
  what.ids = std::move(ids);
  what.single = single;
  x->what = std::move(what);
  return x;
}

unit_ptr store_fixture::settlement_of(const delivery& before, delivery_status after, int number,
                                      seconds wait) {
  auto x = std::make_shared<unit>();
  x->now = now;
  settlement what;
  auto next = std::make_shared<delivery>(before);
  next->status = after;
  next->tries = next->attempts = number;
  next->due_at = now + wait;
  what.delivery = next;
  what.attempt.number = number;
  what.attempt.started_at = now;
  what.attempt.duration = milliseconds{12};
  what.attempt.outcome = after;
  what.attempt.provider_code = "200";
  x->what = std::move(what);
  return x;
}

principal_ptr store_fixture::user(std::string id, std::vector<std::string> roles,
                                  std::vector<std::string> stores) const {
  auto x = std::make_shared<principal>();
  x->subject = std::move(id);
  x->roles = std::move(roles);
  x->stores = std::move(stores);
  return x;
}

std::vector<std::string> store_fixture::titles(const principal_ptr& who) {
  list_inbox asked;
  asked.who = who;
  asked.now = now;
  asked.limit = 100;
  std::vector<std::string> out;
  for (const auto& x : ask(std::move(asked)).items)
    out.push_back(x.what->title);
  return out;
}

std::int64_t store_fixture::unread(const principal_ptr& who) {
  count_unread asked;
  asked.who = who;
  asked.now = now;
  return ask(std::move(asked));
}

std::int64_t store_fixture::count(const std::string& table) {
  connection db{parse_url(store->url()), true};
  std::int64_t n = 0;
  db.select("select count(*) from " + table, 1, {}, [&](row& x) { n = x.number(); });
  return n;
}

bool store_fixture::counts_are_right() {
  using counts = std::map<std::pair<std::string, std::int64_t>, std::int64_t>;
  connection db{parse_url(store->url()), true};
  const auto read = [&](std::string_view sql) {
    counts out;
    db.select(sql, 3, {}, [&](row& x) {
      const auto channel = x.text();
      const auto lane = x.number();
      out[{channel, lane}] = x.number();
    });
    return out;
  };
  return read(
           "select channel, lane, cast(sum(count) as bigint) from channel_counts "
           "group by channel, lane having sum(count) <> 0")
         == read(
           "select channel, priority, count(*) from notification_deliveries "
           "where due_at is not null group by channel, priority union all "
           "select channel, -1, count(*) from notification_deliveries where status = 'dead' "
           "group by channel");
}

void store_fixture::wish(const std::string& channel, std::uint32_t room) {
  rules::wish_book::lanes lanes{};
  lanes.fill(room);
  wishes.set(channel, lanes);
}

}  // namespace carillon::storage::test
