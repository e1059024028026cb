// Deliveries: claims, outcomes, ages, the operator's view.

STORE_TEST(a_new_delivery_goes_straight_to_a_sender_with_room) {
  wish("log", 2);
  within(*writer, [&](repository& x) { return x.claim(wishes, now); });
  const auto a = message("log");
  const auto b = message("log");
  const auto c = message("log");
  const auto made = commit({creation_of({a, b, c})});
  CAF_REQUIRE_EQUAL(made.claimed.size(), 2u);
  CAF_CHECK(made.claimed[0]->id == a->id && made.claimed[1]->id == b->id);
  CAF_REQUIRE_EQUAL(made.tallies.size(), 1u);
  CAF_CHECK_EQUAL(made.tallies[0].waiting[static_cast<std::size_t>(priority::normal)], 3);
  wish("log", 5);
  const auto later = within(*writer, [&](repository& x) { return x.claim(wishes, now); });
  CAF_REQUIRE_EQUAL(later.claimed.size(), 1u);
  CAF_CHECK(later.claimed[0]->id == c->id);
  CAF_CHECK(later.claimed[0]->content == c->content);
  CAF_CHECK(within(*writer, [&](repository& x) { return x.claim(wishes, now); }).claimed.empty());
}

STORE_TEST(claims_take_urgent_lanes_first_and_the_oldest_of_a_lane) {
  const auto old = message("log");
  now += seconds{1};
  const auto recent = message("log");
  const auto urgent = message("log", priority::urgent);
  commit({creation_of({recent, old, urgent})});
  wish("log", 10);
  const auto got = within(*writer, [&](repository& x) { return x.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(got.size(), 3u);
  CAF_CHECK(got[0]->id == urgent->id && got[1]->id == old->id && got[2]->id == recent->id);
}

STORE_TEST(a_wish_for_backed_ones_alone_leaves_the_others_where_they_are) {
  const auto backed = [&] {
    auto x = message("log");
    x->failover = {{"mail", "b@example.org", 3, std::chrono::hours{1}}};
    return x;
  };
  const auto claim = [&] {
    return within(*writer, [&](repository& x) { return x.claim(wishes, now); }).claimed;
  };
  const auto plain = message("log");
  const auto old = backed();
  commit({creation_of({plain, old})});
  const auto only_backed = [&] { wishes.set("log", {5, 5, 5, 5}, true); };
  only_backed();
  const auto first = claim();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  CAF_CHECK(first[0]->id == old->id);
  // With no backlog left, a new one goes over directly.
  const auto fresh = backed();
  const auto made = commit({creation_of({message("log"), fresh})});
  CAF_REQUIRE_EQUAL(made.claimed.size(), 1u);
  CAF_CHECK(made.claimed[0]->id == fresh->id);
  CAF_CHECK(claim().empty());
  // A node that starts on a channel that is broken still.
  writer.reset();
  writer = open("one");
  wishes = {};
  only_backed();
  CAF_CHECK_EQUAL(claim().size(), 2u);
  wish("log", 5);
  const auto rest = claim();
  CAF_REQUIRE_EQUAL(rest.size(), 2u);
  CAF_CHECK(rest[0]->id == plain->id);
}

STORE_TEST(an_outcome_told_twice_counts_once) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto done = settlement_of(*x, delivery_status::delivered);
  const auto first = commit({done, done});
  CAF_REQUIRE_EQUAL(first.tallies.size(), 1u);
  CAF_CHECK_EQUAL(first.tallies[0].waiting[1], -1);
  CAF_CHECK(commit({done}).tallies.empty());
  get_delivery asked;
  asked.id = x->id;
  const auto story = ask(std::move(asked));
  CAF_CHECK(story.what->status == delivery_status::delivered);
  CAF_REQUIRE_EQUAL(story.attempts.size(), 1u);
  CAF_CHECK(story.attempts[0].provider_code == "200" && story.attempts[0].started_at == now);
}

STORE_TEST(the_tries_before_an_outcome_are_logged_with_it) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto done = settlement_of(*x, delivery_status::delivered, 2);
  in<settlement>(done).earlier = {{.number = 1,
                                   .started_at = now,
                                   .outcome = delivery_status::retrying,
                                   .error_class = error_class::transient,
                                   .provider_code = "40014"}};
  const auto first = commit({done, done});
  CAF_REQUIRE_EQUAL(first.tallies.size(), 1u);
  CAF_CHECK_EQUAL(first.tallies[0].waiting[1], -1);
  get_delivery asked;
  asked.id = x->id;
  const auto story = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(story.attempts.size(), 2u);
  CAF_CHECK_EQUAL(story.attempts[0].provider_code, "40014");
  CAF_CHECK_EQUAL(story.attempts[1].number, 2);
}

STORE_TEST(a_retry_waits_for_its_time_and_outlives_a_restart) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto told = commit({settlement_of(*x, delivery_status::retrying)});
  const auto due = now + seconds{30};
  CAF_CHECK(std::ranges::any_of(told.timers, [&](const arm& t) {
    return t.key == timer_key{timer_kind::retry, "log"} && t.at == due;
  }));
  writer.reset();
  writer = open("one");
  const auto seen = writer->survey(now);
  CAF_CHECK(std::ranges::any_of(seen.timers, [&](const arm& t) {
    return t.key == timer_key{timer_kind::retry, "log"} && t.at == due;
  }));
  CAF_CHECK_EQUAL(seen.tallies.at(0).waiting[1], 1);
  wish("log", 5);
  const auto claim = [&] {
    return within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  };
  CAF_CHECK(claim().empty());
  CAF_CHECK(work(timer_kind::retry, 10, "log").timers.at(0).at == due);
  now = due;
  work(timer_kind::retry, 10, "log");
  const auto again = claim();
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK(again[0]->status == delivery_status::retrying && again[0]->tries == 1);
}

STORE_TEST(a_ticket_is_kept_with_a_delivery_that_only_waits) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  auto with = settlement_of(*x, delivery_status::pending, 0, seconds{0});
  auto kept = std::make_shared<delivery>(*in<settlement>(with).delivery);
  kept->ticket = "until app c-1";
  in<settlement>(with).delivery = kept;
  CAF_CHECK(commit({with}).outcomes.empty());
  writer.reset();
  writer = open("one");
  wish("log", 5);
  const auto claimed = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(claimed.size(), 1u);
  CAF_CHECK_EQUAL(claimed[0]->ticket, "until app c-1");
  CAF_CHECK_EQUAL(claimed[0]->tries, 0);
}

STORE_TEST(a_death_hands_over_to_its_successor) {
  wish("log", 5);
  const auto x = message("log");
  const content own{"order.paid", "Mail", "Text", "{}", "<p>Text</p>", "", ""};
  x->failover = {{"mail", "b@example.org", 3, seconds{60}, own}, {"sms", "123", 1, seconds{0}}};
  commit({creation_of({x})});
  const auto got = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(got.at(0)->failover.size(), 2u);
  CAF_CHECK(got[0]->failover[0].channel == "mail" && got[0]->failover[0].content == own);
  CAF_CHECK(got[0]->failover[1].recipient == "123" && !got[0]->failover[1].content);
  auto death = settlement_of(*x, delivery_status::dead);
  auto next = message("mail");
  next->failover_of = x->id;
  in<settlement>(death).successor = next;
  const auto told = commit({death, death});
  CAF_CHECK_EQUAL(told.tallies.size(), 2u);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 2);
  CAF_CHECK_EQUAL(told.tallies[0].dead, 1);
  CAF_CHECK_EQUAL(told.tallies[1].waiting[1], 1);
}

STORE_TEST(a_sender_that_begins_anew_frees_what_it_does_not_hold) {
  wish("log", 5);
  const auto held = message("log");
  const auto lost = message("log");
  commit({creation_of({held, lost})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  CAF_CHECK(!writer->history("log").last_use);
  const std::vector<delivery_id> holds{held->id};
  within(*writer, [&](repository& r) { return r.rescue("log", holds, now, wishes); });
  CAF_CHECK(writer->history("log").last_use == now);
  wish("log", 5);
  const auto got = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  CAF_CHECK(got[0]->id == lost->id);
}

STORE_TEST(a_restart_frees_what_the_earlier_life_had_claimed) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  writer.reset();
  now += seconds{3};
  writer = open("one");
  CAF_CHECK(writer->history("log").last_use == now);
  wishes = {};
  wish("log", 5);
  const auto got = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_CHECK_EQUAL(got.size(), 1u);
}

STORE_TEST(what_is_too_old_dies_unless_it_is_in_flight) {
  wish("log", 1);
  const auto flying = message("log");
  const auto old = message("log");
  old->failover = {{"mail", "b@example.org", 3, std::chrono::hours{1}}};
  commit({creation_of({flying})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  commit({creation_of({old})});
  now += std::chrono::hours{24};
  const auto told = work(timer_kind::expiry);
  list_deliveries asked;
  asked.status = delivery_status::dead;
  const auto dead = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(dead.items.size(), 1u);
  CAF_CHECK(dead.items[0]->id == old->id);
  CAF_CHECK_EQUAL(dead.items[0]->reason, "expired");
  CAF_CHECK_EQUAL(dead.items[0]->last_error, "not delivered before its time was over");
  CAF_CHECK(dead.items[0]->error_class == error_class::transient);
  CAF_CHECK_EQUAL(count("notification_attempts"), 0);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 3);
  CAF_CHECK(std::ranges::any_of(told.timers, [&](const arm& t) {
    return t.key.kind == timer_kind::expiry && t.at == now + std::chrono::hours{1};
  }));
}

STORE_TEST(what_dies_of_age_keeps_what_its_last_attempt_failed_of) {
  wish("log", 1);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  auto limited = *x;
  limited.last_error = "429: slow down";
  limited.error_class = error_class::rate_limited;
  commit({settlement_of(limited, delivery_status::retrying, 1, std::chrono::hours{48})});
  now += std::chrono::hours{24};
  work(timer_kind::expiry);
  get_delivery asked;
  asked.id = x->id;
  const auto story = ask(std::move(asked));
  CAF_CHECK(story.what->status == delivery_status::dead);
  CAF_CHECK_EQUAL(story.what->last_error,
                  "429: slow down (not delivered before its time was over)");
  CAF_CHECK(story.what->error_class == error_class::rate_limited);
}

STORE_TEST(the_operators_list_is_filtered_and_paged) {
  wish("log", 1);
  std::vector<std::shared_ptr<delivery>> all{message("log"), message("mail"), message("mail")};
  all[2]->user_id = "ann";
  commit({creation_of(all)});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto list = [&](auto set) {
    list_deliveries asked;
    set(asked);
    return ask(std::move(asked));
  };
  const auto first = list([](auto& x) { x.limit = 2; });
  CAF_REQUIRE_EQUAL(first.items.size(), 2u);
  CAF_CHECK(first.items[0]->id == all[2]->id && first.next == all[1]->id);
  CAF_CHECK_EQUAL(list([&](auto& x) { x.before = first.next; }).items.size(), 1u);
  CAF_CHECK_EQUAL(list([](auto& x) { x.channel = "mail"; }).items.size(), 2u);
  CAF_CHECK_EQUAL(list([](auto& x) { x.recipient = "ann"; }).items.size(), 1u);
  CAF_CHECK_EQUAL(list([](auto& x) { x.event_type = "none"; }).items.size(), 0u);
  CAF_CHECK_EQUAL(list([&](auto& x) { x.since = now + seconds{1}; }).items.size(), 0u);
  const auto in_state = [&](delivery_status status, int limit = 50) {
    return list([&](auto& x) {
      x.status = status;
      x.limit = limit;
    });
  };
  CAF_CHECK(in_state(delivery_status::delivering).items.empty());
  CAF_CHECK_EQUAL(in_state(delivery_status::pending).items.size(), 3u);  // the claimed one too
  auto shown = in_flight->enter(*all[0]);
  CAF_REQUIRE_EQUAL(in_state(delivery_status::delivering).items.size(), 1u);
  CAF_CHECK(in_state(delivery_status::delivering).items[0]->id == all[0]->id);
  CAF_CHECK_EQUAL(in_state(delivery_status::pending).items.size(), 2u);
  get_delivery first_of_all;
  first_of_all.id = all[0]->id;
  CAF_CHECK(ask(std::move(first_of_all)).what->status == delivery_status::delivering);
  // What is in flight of a page is left out, and the page is full all the same.
  shown = in_flight->enter(*all[2]);
  const auto page = in_state(delivery_status::pending, 1);
  CAF_REQUIRE_EQUAL(page.items.size(), 1u);
  CAF_CHECK(page.items[0]->id == all[1]->id && page.next == all[1]->id);
  shown.reset();
  CAF_CHECK_EQUAL(in_state(delivery_status::pending).items.size(), 3u);
  get_delivery unknown;
  unknown.id = {ids.next(now)};
  CAF_CHECK(refusal_of(std::move(unknown)) == errc::not_found);
}
