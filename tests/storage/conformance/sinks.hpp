// What sinks hear is written in the commit of the outcome it tells of.

struct sinks_fixture : fixture {
  sinks_fixture() {
    if (!ready)
      return;
    sinks = {{.channel = "sink:all"}, {.channel = "sink:dead", .sent = false}};
    writer.reset();
    writer = open("one");
  }

  std::shared_ptr<delivery> in_flight(const std::string& channel = "log") {
    const auto x = message(channel);
    commit({creation_of({x})});
    wishes = {};
    wish(channel, 5);
    within(*writer, [&](repository& r) { return r.claim(wishes, now); });
    return x;
  }

  std::vector<delivery_ptr> heard(const std::string& sink) {
    list_deliveries asked;
    asked.channel = "sink:" + sink;
    return ask(std::move(asked)).items;
  }
};

#define SINKS_TEST(name) STORE_TEST_IN(sinks_fixture, name)

SINKS_TEST(a_success_and_a_death_are_told_once_to_who_asks) {
  const auto sent = in_flight();
  const auto lost = in_flight();
  const auto success = settlement_of(*sent, delivery_status::delivered);
  const auto death = settlement_of(*lost, delivery_status::dead);
  commit({success, death, success});
  commit({success, death});
  const auto all = heard("all");
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_REQUIRE_EQUAL(heard("dead").size(), 1u);
  const auto told = heard("dead")[0];
  CAF_CHECK(told->status == delivery_status::pending && told->due_at == now);
  CAF_CHECK(told->expires_at == now + std::chrono::hours{24});
  get_delivery asked;
  asked.id = told->id;
  const auto whole = ask(std::move(asked)).what;
  CAF_CHECK_EQUAL(whole->content.type, "notification.dead");
  CAF_CHECK(whole->content.data.find(to_text(lost->id)) != std::string::npos);
}

SINKS_TEST(what_a_sink_hears_goes_straight_to_its_sender_with_room) {
  const auto x = in_flight();
  wish("sink:all", 1);
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto made = commit({settlement_of(*x, delivery_status::delivered)});
  CAF_REQUIRE_EQUAL(made.claimed.size(), 1u);
  CAF_CHECK_EQUAL(made.claimed[0]->channel, "sink:all");
  CAF_CHECK_EQUAL(made.claimed[0]->content.type, "notification.sent");
}

SINKS_TEST(an_attempt_that_is_to_be_repeated_is_no_end) {
  const auto x = in_flight();
  commit({settlement_of(*x, delivery_status::retrying)});
  CAF_CHECK(heard("all").empty());
}

SINKS_TEST(an_outcome_that_is_rolled_back_is_not_told) {
  const auto x = in_flight();
  writer->begin(++batch);
  const std::vector<unit_ptr> told{settlement_of(*x, delivery_status::delivered)};
  writer->apply(told, wishes);
  writer->rollback();
  CAF_CHECK(heard("all").empty());
}

SINKS_TEST(what_dies_of_age_is_told) {
  commit({creation_of({message("log")})});
  now += std::chrono::hours{24};
  work(timer_kind::expiry);
  CAF_REQUIRE_EQUAL(heard("dead").size(), 1u);
}

SINKS_TEST(what_was_cancelled_and_arrived_is_told_as_sent) {
  const auto x = in_flight();
  auto cancel = std::make_shared<unit>();
  cancel->now = now;
  cancel->what = intervention{.id = x->id, .kind = intervention_kind::cancel};
  commit({cancel});
  CAF_CHECK(heard("all").empty());
  const auto late = settlement_of(*x, delivery_status::delivered);
  commit({late});
  commit({late});
  CAF_CHECK_EQUAL(heard("all").size(), 1u);
}

SINKS_TEST(the_end_of_a_sinks_own_delivery_is_told_to_nobody) {
  commit({settlement_of(*in_flight(), delivery_status::delivered)});
  wish("sink:all", 5);
  const auto got = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  commit({settlement_of(*got[0], delivery_status::dead)});
  CAF_CHECK_EQUAL(heard("all").size(), 1u);
  CAF_CHECK(heard("dead").empty());
}
