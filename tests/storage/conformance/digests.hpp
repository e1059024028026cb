// Digests: what is collected is told once, by one message, whatever comes between; and events that
// are foretold as they then are stored.

struct digests_body : fixture {
  /// An event whose one message waits for a digest of ten minutes.
  unit_ptr happened(const std::string& entity = {}, const std::string& channel = "mail") {
    acceptance what;
    what.what.id = {ids.next(now)};
    what.what.type = "order.paid";
    what.what.entity_id = entity;
    what.what.data = R"({"n":)" + std::to_string(++n) + "}";
    what.what.created_at = what.what.occurred_at = now;
    planned one;
    one.channel = channel;
    one.recipient = "ann";
    one.delivery = waiting(channel);
    one.delivery->event = what.what.id;
    one.waits_with = collectable{.bucket = channel,
                                 .window = std::chrono::minutes{10},
                                 .route = "{}",
                                 .target_kind = "user",
                                 .target = "ann"};
    what.plan.push_back(std::move(one));
    auto x = std::make_shared<unit>();
    x->now = now;
    x->what = std::move(what);
    return x;
  }

  std::shared_ptr<delivery> waiting(const std::string& channel) {
    auto x = message(channel);
    x->user_id = "ann";
    x->reason = collecting;
    x->due_at = now + std::chrono::minutes{10};
    x->expires_at = timestamp::max();
    return x;
  }

  delivery_ptr collect(const std::string& entity = {}, const std::string& channel = "mail") {
    const auto x = happened(entity, channel);
    commit({x});
    return in<acceptance>(x).done.deliveries.at(0);
  }

  std::vector<collection> over() { return ask(list_collections{}); }

  /// The message of a digest, as it is planned when its time is over.
  unit_ptr end_of(const collection& what) {
    collection_end end{.id = what.id};
    end.meant.delivery = message(what.channel);
    end.meant.delivery->id = what.id;
    end.meant.delivery->due_at = now;
    auto x = std::make_shared<unit>();
    x->now = now;
    x->what = std::move(end);
    return x;
  }

  void pass(milliseconds time) { now += time; }

  /// Ends it as an operator does.
  void act(const delivery_id& id, intervention_kind kind) {
    auto x = std::make_shared<unit>();
    x->now = now;
    x->what = intervention{.id = id, .kind = kind};
    commit({x});
    CAF_CHECK(!x->refused);
  }

  delivery_ptr stored(const delivery_id& id) {
    get_delivery asked;
    asked.id = id;
    return ask(std::move(asked)).what;
  }

  int n = 0;
};

#define DIGESTS_TEST(name)            \
  struct name##_body : digests_body { \
    void go();                        \
  };                                  \
  CAF_TEST(name) {                    \
    name##_body body;                 \
    if (body.ready)                   \
      body.go();                      \
  }                                   \
  void name##_body::go()

DIGESTS_TEST(events_join_the_digest_that_is_open_and_no_sender_gets_it) {
  wish("mail", 5);
  const auto one = happened();
  const auto begun = commit({one});
  CAF_CHECK(std::ranges::any_of(begun.timers, [&](const arm& t) {
    return t.key.kind == timer_kind::digest && t.at == now + std::chrono::minutes{10};
  }));
  CAF_CHECK(begun.claimed.empty());
  const auto first = in<acceptance>(one).done.deliveries.at(0);
  pass(seconds{60});
  const auto two = happened();
  const auto three = happened();
  commit({two, three});
  for (const auto& x : {two, three}) {
    const auto shown = in<acceptance>(x).done.deliveries.at(0);
    CAF_CHECK(shown->id == first->id && shown->due_at == first->due_at);
    CAF_CHECK(is_collecting(*shown));
  }
  CAF_CHECK(collect({}, "sms")->id != first->id);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 2);
  CAF_CHECK(stored(first->id)->status == delivery_status::pending);
  CAF_CHECK(over().empty());
  pass(std::chrono::hours{1});
  work(timer_kind::retry, 100, "mail");
  CAF_CHECK(within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed.empty());
}

DIGESTS_TEST(a_digest_that_is_over_is_told_once) {
  const auto first = collect();
  collect();
  CAF_CHECK(!work(timer_kind::digest).digests_wait);
  pass(std::chrono::minutes{10});
  CAF_CHECK(work(timer_kind::digest).digests_wait);
  const auto all = over();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all[0].id == first->id && all[0].count == 2 && all[0].channel == "mail");
  CAF_REQUIRE_EQUAL(all[0].events.size(), 2u);
  CAF_CHECK_EQUAL(all[0].events[0].data, R"({"n":1})");
  CAF_CHECK_EQUAL(all[0].events[1].data, R"({"n":2})");
  CAF_CHECK(all[0].target_kind == "user" && all[0].target == "ann" && all[0].user_id == "ann");
  wish("mail", 5);
  const auto end = end_of(all[0]);
  const auto again = end_of(all[0]);
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });  // no backlog is left
  const auto made = commit({end, again});
  CAF_CHECK(in<collection_end>(end).done && !in<collection_end>(again).done);
  CAF_REQUIRE_EQUAL(made.claimed.size(), 1u);
  CAF_CHECK(made.claimed[0]->id == first->id);
  CAF_REQUIRE_EQUAL(made.tallies.size(), 1u);
  CAF_CHECK_EQUAL(made.tallies[0].waiting[1], 0);
  CAF_CHECK(stored(first->id)->status == delivery_status::pending);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 1);
  CAF_CHECK(!work(timer_kind::digest).digests_wait);
  CAF_CHECK(collect()->id != first->id);
}

DIGESTS_TEST(what_comes_after_its_time_begins_the_next_one) {
  const auto first = collect();
  pass(std::chrono::minutes{10});
  const auto next = collect();
  CAF_CHECK(next->id != first->id);
  CAF_CHECK(next->due_at == now + std::chrono::minutes{10});
  CAF_CHECK_EQUAL(over().size(), 1u);
  const auto looked = work(timer_kind::digest);
  CAF_CHECK(looked.digests_wait);
  CAF_CHECK_EQUAL(over().at(0).count, 1);
}

DIGESTS_TEST(a_restart_loses_no_digest_and_frees_none) {
  const auto first = collect();
  writer.reset();
  writer = open("two");
  const auto found = writer->survey(now).timers;
  CAF_CHECK(std::ranges::any_of(found, [&](const arm& t) {
    return t.key.kind == timer_kind::digest && t.at == first->due_at;
  }));
  work(timer_kind::lease);
  wish("mail", 5);
  pass(std::chrono::hours{1});
  CAF_CHECK(within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed.empty());
  work(timer_kind::digest);
  const auto all = over();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  // It is planned, and the process ends before the commit: it is planned again.
  writer.reset();
  writer = open("two");
  CAF_CHECK(work(timer_kind::digest).digests_wait);
  const auto end = end_of(over().at(0));
  commit({end});
  CAF_CHECK(in<collection_end>(end).done);
}

DIGESTS_TEST(an_operator_ends_a_digest_or_drops_it) {
  const auto dropped = collect();
  act(dropped->id, intervention_kind::cancel);
  CAF_CHECK(stored(dropped->id)->status == delivery_status::cancelled);
  const auto other = collect();
  CAF_CHECK(other->id != dropped->id);
  act(other->id, intervention_kind::retry);
  CAF_CHECK(is_collecting(*stored(other->id)));
  CAF_CHECK(work(timer_kind::digest).digests_wait);
  const auto all = over();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all[0].id == other->id);
  // It is dropped while its message is planned.
  act(other->id, intervention_kind::cancel);
  const auto late = end_of(all[0]);
  commit({late});
  CAF_CHECK(!in<collection_end>(late).done);
  CAF_CHECK(stored(other->id)->status == delivery_status::cancelled);
}

DIGESTS_TEST(locks_are_taken_at_once_and_given_back_where_nothing_is_told) {
  const auto first = happened("e1");
  commit({first});
  const auto twice = happened("e1");
  commit({twice});
  CAF_CHECK(in<acceptance>(twice).done.duplicate);
  CAF_CHECK(in<acceptance>(twice).done.id == in<acceptance>(first).what.id);
  pass(std::chrono::minutes{10});
  work(timer_kind::digest);
  const auto all = over();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].count, 1);
  const auto end = end_of(all[0]);
  auto& meant = in<collection_end>(end).meant;
  meant.at_most = throttle{1, std::chrono::hours{1}};
  meant.bucket = "b";
  commit({end});
  CAF_CHECK_EQUAL(count("notification_locks"), 1);
  // The next one is over the bound: what was collected may be told again.
  collect("e2");
  pass(std::chrono::minutes{10});
  work(timer_kind::digest);
  const auto next = end_of(over().at(0));
  in<collection_end>(next).meant.at_most = throttle{1, std::chrono::hours{1}};
  in<collection_end>(next).meant.bucket = "b";
  commit({next});
  const auto outcome = stored(in<collection_end>(next).id);
  CAF_CHECK(outcome->status == delivery_status::skipped);
  CAF_CHECK_EQUAL(outcome->reason, "throttled");
  CAF_CHECK_EQUAL(count("notification_locks"), 1);
  CAF_CHECK(is_collecting(*collect("e2")));
}

DIGESTS_TEST(the_story_of_every_event_has_the_message_of_its_digest) {
  const auto one = happened();
  const auto two = happened();
  commit({one, two});
  pass(std::chrono::minutes{10});
  work(timer_kind::digest);
  const auto all = over();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  const auto end = end_of(all[0]);
  auto& meant = in<collection_end>(end).meant;
  meant.delivery.reset();
  meant.inbox = notice({"ann"}, "two orders");
  meant.inbox->id = {all[0].id.value};
  meant.inbox->event = all[0].events.back().id;
  const auto made = commit({end});
  CAF_REQUIRE_EQUAL(made.visible.size(), 1u);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 0);
  for (const auto& x : {one, two}) {
    get_event asked;
    asked.id = in<acceptance>(x).what.id;
    const auto story = ask(std::move(asked));
    CAF_REQUIRE_EQUAL(story.notifications.size(), 1u);
    CAF_CHECK_EQUAL(story.notifications[0].what->title, "two orders");
  }
}

DIGESTS_TEST(an_event_is_foretold_as_it_then_is_stored) {
  const auto foretold = [&](const unit_ptr& x) {
    foresee asked;
    asked.what = std::make_shared<acceptance>();
    asked.what->what = in<acceptance>(x).what;
    asked.what->plan = in<acceptance>(x).plan;
    asked.now = now;
    const auto told = ask(std::move(asked));
    std::string out;
    for (const auto& one : told->done.deliveries)
      out += std::string{to_string(one->status)} + ' ' + one->reason + ' ';
    return out;
  };
  const auto bounded = [&](const std::string& entity) {
    const auto x = happened(entity);
    auto& one = in<acceptance>(x).plan.at(0);
    one.waits_with.reset();
    one.delivery->reason.clear();
    one.at_most = throttle{1, std::chrono::hours{1}};
    one.bucket = "bounded";
    return x;
  };
  const auto rows = count("notification_deliveries");
  CAF_CHECK_EQUAL(foretold(happened("e1")), "pending digest ");
  CAF_CHECK_EQUAL(foretold(bounded("e3")), "pending  ");
  CAF_CHECK_EQUAL(count("notification_deliveries"), rows);
  commit({happened("e1"), bounded("e3")});
  CAF_CHECK_EQUAL(foretold(happened("e1")), "skipped duplicate ");
  CAF_CHECK_EQUAL(foretold(happened("e2")), "pending digest ");
  CAF_CHECK_EQUAL(foretold(bounded("e3")), "skipped duplicate ");
  CAF_CHECK_EQUAL(foretold(bounded("e4")), "skipped throttled ");
  pass(std::chrono::hours{1});
  CAF_CHECK_EQUAL(foretold(bounded("e4")), "pending  ");
}
