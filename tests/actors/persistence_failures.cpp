#define CAF_SUITE persistence_failures
#include "tests/actors/writing.hpp"

namespace persistence_failures_suite {

using namespace carillon;

using list = std::vector<std::string>;

namespace {

struct failing_store : tests::writing {
  /// The verb fails that many times.
  void fail(const std::string& what, int times, bool lost = false) {
    store->before = [what, lost, left = times](const std::string& verb) mutable {
      if (verb == what && left-- > 0)
        throw storage::store_failure(lost ? "connection lost" : "busy", lost);
    };
  }

  /// The store takes nothing and cannot be reached.
  void take_away() {
    store->before = [](const std::string&) { throw storage::store_failure("gone", true); };
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(persistence_failure_tests, failing_store)

CAF_TEST(a guilty unit alone is refused and its batch commits once) {
  store->poison = "bad";
  post("a");
  post("bad");
  post("c");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(answer_to("bad"), "invalid");
  CAF_CHECK_EQUAL(answer_to("c"), "committed");
  CAF_CHECK(errors["bad"].detail.find("secret") == std::string::npos);
  CAF_CHECK_EQUAL(store->committed, (list{"a", "c"}));
  CAF_CHECK_EQUAL(store->count("commit"), 1);
  CAF_CHECK_EQUAL(heard, (list{"released a 1", "released c 2"}));
}

CAF_TEST(what is due and fails is tried again later and disturbs nobody) {
  store->before = [](const std::string& verb) {
    if (verb == "work_due ")
      throw std::logic_error("a bug");
  };
  self->send(dut, due{{timer_kind::expiry, ""}});
  post("a");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK(told("armed  1700000030000"));
}

CAF_TEST(a busy store gets the batch again after a while) {
  fail("commit", 2);
  post("a");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "");
  CAF_CHECK_EQUAL(store->verbs.back(), "rollback");
  CAF_CHECK(!health->state());
  pass(milliseconds{200});
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(store->committed, list{"a"});
  CAF_CHECK_EQUAL(heard, list{"released a 1"});
}

CAF_TEST(what arrives while the store is busy follows in order) {
  fail("begin", 1);
  post("a");
  settle();
  post("b");
  settle();
  pass(milliseconds{100});
  CAF_CHECK_EQUAL(store->committed, (list{"a", "b"}));
}

CAF_TEST(a lost commit that happened is answered from the first run) {
  wish("mail", 2);
  settle();
  store->commit_survives = true;
  fail("commit", 1, true);
  post("a", {on("mail")});
  settle();
  CAF_CHECK(health->state().has_value());
  pass(milliseconds{100});
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(store->committed, (list{"a", "mail"}));
  CAF_CHECK_EQUAL(store->count("reconnect"), 1);
  CAF_CHECK(told("released a 1"));
  CAF_CHECK(told("handed 1 of wish 7"));
  CAF_CHECK(!health->state());
}

CAF_TEST(a lost commit that did not happen runs again from nothing) {
  wish("mail", 1);
  settle();
  fail("commit", 1, true);
  post("a", {on("mail")});
  settle();
  pass(milliseconds{100});
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(store->committed, (list{"a", "mail"}));
  CAF_CHECK_EQUAL(store->count("was_committed"), 1);
  CAF_CHECK(told("handed 1 of wish 7"));
}

CAF_TEST(a connection lost before the commit is opened again and nothing is asked) {
  fail("apply", 1, true);
  post("a");
  settle();
  pass(milliseconds{100});
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(store->count("reconnect"), 1);
  CAF_CHECK_EQUAL(store->count("was_committed"), 0);
}

CAF_TEST(after five seconds without the store everybody is told so) {
  take_away();
  post("a");
  settle();
  pass(milliseconds{4900});
  post("b");
  report("mail");
  settle();
  CAF_CHECK_EQUAL(answers.size(), 0u);
  pass(milliseconds{1000});
  CAF_CHECK_EQUAL(answer_to("a"), "unavailable");
  CAF_CHECK_EQUAL(answer_to("b"), "unavailable");
  CAF_CHECK_EQUAL(answer_to("mail"), "tell again");
  CAF_CHECK(errors["a"].retry_after > seconds{0});
  CAF_REQUIRE(health->state());
  CAF_CHECK_EQUAL(health->state()->reason, "gone");
  post("c");
  settle();
  CAF_CHECK_EQUAL(answer_to("c"), "unavailable");
}

CAF_TEST(a busy store counts as away after five seconds too) {
  fail("begin", 1'000'000);
  post("a");
  settle();
  CAF_CHECK(!health->state());
  pass(milliseconds{6000});
  CAF_CHECK_EQUAL(answer_to("a"), "unavailable");
  CAF_CHECK(health->state().has_value());
}

CAF_TEST(a probe each second finds the store again) {
  take_away();
  post("a");
  settle();
  pass(seconds{10});
  store->before = nullptr;
  pass(milliseconds{1000});
  CAF_CHECK(!health->state());
  CAF_CHECK(store->committed.empty());
  CAF_CHECK(store->count("heartbeat") > 0);
  post("b");
  settle();
  CAF_CHECK_EQUAL(answer_to("b"), "committed");
  CAF_CHECK_EQUAL(store->committed, list{"b"});
}

CAF_TEST(a commit in doubt through a long outage is handed over if it happened) {
  store->commit_survives = true;
  store->before = [](const std::string& verb) {
    if (verb == "commit" || verb == "reconnect")
      throw storage::store_failure("gone", true);
  };
  post("a");
  settle();
  pass(seconds{7});
  CAF_CHECK_EQUAL(answer_to("a"), "unavailable");
  store->before = nullptr;
  pass(seconds{1});
  CAF_CHECK(told("released a 1"));
  CAF_CHECK_EQUAL(store->committed, list{"a"});
}

CAF_TEST(a commit in doubt through a long outage is dropped if it did not happen) {
  store->before = [](const std::string& verb) {
    if (verb == "commit" || verb == "reconnect")
      throw storage::store_failure("gone", true);
  };
  post("a");
  settle();
  pass(seconds{7});
  store->before = nullptr;
  pass(seconds{1});
  CAF_CHECK(heard.empty());
  CAF_CHECK(store->committed.empty());
  post("b");
  settle();
  CAF_CHECK_EQUAL(answer_to("b"), "committed");
}

CAF_TEST(an idle node notices a store gone bad) {
  take_away();
  pass(seconds{10});
  CAF_CHECK(health->state().has_value());
}

CAF_TEST(a fenced node answers and ends with an error) {
  store->before = [](const std::string& verb) {
    if (verb == "begin")
      throw storage::fenced("taken over");
  };
  post("a");
  report("mail");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "unavailable");
  CAF_CHECK_EQUAL(answer_to("mail"), "tell again");
  CAF_CHECK(ended());
  CAF_CHECK(!store->open);
}

CAF_TEST(a node fenced while it reconnects ends with an error) {
  store->before = [](const std::string& verb) {
    if (verb == "apply")
      throw storage::store_failure("gone", true);
    if (verb == "reconnect")
      throw storage::fenced("taken over");
  };
  post("a");
  settle();
  pass(milliseconds{100});
  CAF_CHECK_EQUAL(answer_to("a"), "unavailable");
  CAF_CHECK(ended());
}

CAF_TEST(a node that stops while the store is away does not wait for it) {
  take_away();
  post("a");
  settle();
  pass(seconds{6});
  close();
  settle();
  CAF_CHECK(closed);
  pass(seconds{3});
  CAF_CHECK(!store->open);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace persistence_failures_suite
