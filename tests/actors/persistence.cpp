#define CAF_SUITE persistence
#include "tests/actors/writing.hpp"

namespace persistence_suite {

using namespace carillon;

using list = std::vector<std::string>;

CAF_TEST_FIXTURE_SCOPE(persistence_tests, tests::writing)

CAF_TEST(what waits together is one commit) {
  for (auto title : {"a", "b", "c"})
    post(title);
  settle();
  CAF_CHECK_EQUAL(store->verbs, (list{"begin", "apply", "commit"}));
  CAF_CHECK_EQUAL(store->committed, (list{"a", "b", "c"}));
  CAF_CHECK_EQUAL(gauges.commits, 1);
  CAF_CHECK_EQUAL(gauges.rows, 3u);
}

CAF_TEST(nobody is answered before the commit) {
  store->before = [this](const std::string& verb) {
    if (verb == "commit")
      CAF_CHECK(answers.empty());
  };
  post("a");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
}

CAF_TEST(a batch is bounded and the rest follows in order) {
  for (int i = 0; i < 1300; ++i)
    post(std::to_string(i));
  settle();
  CAF_CHECK_EQUAL(store->count("commit"), 3);
  CAF_CHECK_EQUAL(answers.size(), 1300u);
  CAF_CHECK_EQUAL(store->committed[1299], "1299");
}

CAF_TEST(notifications and changes reach presence in commit order) {
  post("a");
  mark("zhang3");
  settle();
  post("b");
  settle();
  CAF_CHECK_EQUAL(heard, (list{"released a 1", "changed zhang3", "released b 2"}));
}

CAF_TEST(what becomes visible is delivered by the inbox) {
  post("a");
  post("b", {on("email")});
  CAF_CHECK(gauges.delivered.empty());
  settle();
  CAF_CHECK_EQUAL(gauges.delivered, (std::map<std::string, int>{{"system", 2}}));
}

CAF_TEST(preferences are told before what they hold for and answered after) {
  post("a");
  prefer("zhang3");
  post("b");
  settle();
  CAF_CHECK_EQUAL(heard, (list{"prefers zhang3", "released a 1", "released b 2"}));
  CAF_CHECK_EQUAL(answer_to("zhang3"), "committed");
}

CAF_TEST(deliveries go to the sender that wished for them) {
  wish("mail", 2);
  settle();
  post("a", {on("mail")});
  post("b", {on("mail")});
  post("c", {on("mail")});
  settle();
  CAF_CHECK(told("handed 2 of wish 7"));
  CAF_CHECK(told("tallies 1"));
}

CAF_TEST(the watchdog hears of a failover when it is committed) {
  auto dead = std::make_shared<delivery>();
  dead->channel = "sms";
  dead->status = delivery_status::dead;
  dead->failover = {{.channel = "mail"}};
  dead->failed_over_to = delivery_id{};
  auto x = std::make_shared<unit>();
  x->what = settlement{.delivery = dead};
  self->send(dut, unit_ptr{x});
  settle();
  CAF_CHECK(told("failed over sms to mail"));
}

CAF_TEST(a first wish frees what the sender does not hold before anything is claimed) {
  wish("mail", 2, true, {delivery_id{}});
  wish("mail", 3);
  settle();
  CAF_CHECK_EQUAL(store->verbs, (list{"begin", "rescue mail", "claim", "commit"}));
  CAF_CHECK_EQUAL(store->held.size(), 1u);
}

CAF_TEST(a wish that nothing waits for costs no commit) {
  wish("mail", 2);
  settle();
  store->verbs.clear();
  wish("mail", 3);
  settle();
  CAF_CHECK(store->verbs.empty());
}

CAF_TEST(what is due is worked once however often it is told) {
  self->send(dut, due{{timer_kind::expiry, ""}});
  self->send(dut, due{{timer_kind::expiry, ""}});
  settle();
  CAF_CHECK_EQUAL(store->count("work_due "), 1);
}

CAF_TEST(retries that come due are claimed in the same batch) {
  wish("mail", 2);
  settle();
  store->verbs.clear();
  store->backlog = "mail";
  self->send(dut, due{{timer_kind::retry, "mail"}});
  settle();
  CAF_CHECK_EQUAL(store->verbs, (list{"begin", "work_due mail", "claim", "commit"}));
}

CAF_TEST(a survey arms the scheduler and recounts) {
  store->survey.timers = {{{timer_kind::retry, "mail"}, timestamp{milliseconds{5}}}};
  store->survey.tallies = {{"mail", {}, 1}, {"ring", {}, 2}};
  self->send(dut, survey_again{});
  settle();
  CAF_CHECK_EQUAL(heard, (list{"armed mail 5", "recount 2"}));
}

CAF_TEST(a survey that fails is made with a later batch) {
  bool once = true;
  store->before = [&](const std::string& verb) {
    if (verb == "survey" && std::exchange(once, false))
      throw storage::store_failure("busy");
  };
  self->send(dut, survey_again{});
  settle();
  CAF_CHECK(heard.empty());
  post("a");
  settle();
  CAF_CHECK(told("recount 0"));
}

CAF_TEST(the lease is marked alive also when nothing happens) {
  pass(seconds{10});
  CAF_CHECK_EQUAL(store->count("heartbeat"), 3);
}

CAF_TEST(closing commits what waits and lets go of the store) {
  post("a");
  close();
  post("b");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK_EQUAL(answer_to("b"), "committed");
  CAF_CHECK(closed);
  CAF_CHECK(!store->open);
  post("c");
  report("mail");
  settle();
  CAF_CHECK_EQUAL(answer_to("c"), "unavailable");
  CAF_CHECK_EQUAL(answer_to("mail"), "tell again");
  pass(seconds{5});
}

CAF_TEST(an ordered end commits what waits) {
  post("a");
  caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "committed");
  CAF_CHECK(!store->open);
}

CAF_TEST(after a throw what waited is answered and everybody is asked again) {
  wish("mail", 2);
  settle();
  heard.clear();
  tests::throw_in("persistence");
  post("a");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "internal");
  CAF_CHECK_EQUAL(heard, (list{"reread", "wish again", "recount 0"}));
  CAF_CHECK(store->open);
  CAF_CHECK_EQUAL(store->count("rollback"), 1);
  post("b");
  settle();
  CAF_CHECK_EQUAL(answer_to("b"), "committed");
  CAF_CHECK_EQUAL(failures.size(), 1u);
}

CAF_TEST(what waited when a later message throws is answered too) {
  store->before = [](const std::string& verb) {
    if (verb == "begin")
      throw std::logic_error("a bug");
  };
  post("a");
  post("b");
  settle();
  CAF_CHECK_EQUAL(answer_to("a"), "internal");
  CAF_CHECK_EQUAL(answer_to("b"), "internal");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace persistence_suite
