// What operators do: retry, cancel, replay; and what waits after its commit.

unit_ptr unit_of(decltype(unit::what) what, timestamp now) {
  auto out = std::make_shared<unit>();
  out->what = std::move(what);
  out->now = now;
  return out;
}

struct operations_body : fixture {
  std::shared_ptr<delivery> dead(const std::string& channel) {
    const auto x = message(channel);
    commit({creation_of({x})});
    wish(channel, 5);
    within(*writer, [&](repository& r) { return r.claim(wishes, now); });
    commit({settlement_of(*x, delivery_status::dead)});
    return x;
  }

  unit_ptr act(const delivery_id& id, intervention_kind kind) {
    return unit_of(intervention{.id = id, .kind = kind}, now);
  }

  delivery_story story(const delivery_id& id) {
    get_delivery asked;
    asked.id = id;
    return ask(std::move(asked));
  }

  batch_record batch_of(const batch_id& id) {
    carillon::get_batch asked;
    asked.id = id;
    return ask(std::move(asked));
  }
};

#define OPERATIONS_TEST(name) STORE_TEST_IN(operations_body, name)

OPERATIONS_TEST(a_dead_letter_lives_again_with_a_fresh_budget) {
  const auto x = dead("log");
  now += seconds{5};
  const auto told = act(x->id, intervention_kind::retry);
  const auto made = commit({told});
  CAF_REQUIRE(!told->refused);
  CAF_CHECK_EQUAL(in<intervention>(told).done->attempts, 0);
  CAF_REQUIRE_EQUAL(made.tallies.size(), 1u);
  CAF_CHECK_EQUAL(made.tallies[0].dead, -1);
  CAF_CHECK_EQUAL(made.tallies[0].waiting[1], 1);
  wish("log", 1);
  const auto got = within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  CAF_CHECK(got[0]->id == x->id && got[0]->tries == 1);
  const auto again = act(x->id, intervention_kind::retry);
  commit({again});
  CAF_CHECK(again->refused && again->refused->code == errc::conflict);
  const auto nothing = act(delivery_id{ids.next(now)}, intervention_kind::retry);
  commit({nothing});
  CAF_CHECK(nothing->refused && nothing->refused->code == errc::not_found);
}

OPERATIONS_TEST(what_waits_is_cancelled_and_what_is_claimed_is_withdrawn) {
  const auto waiting = message("log");
  const auto claimed = message("other");
  commit({creation_of({waiting, claimed})});
  wish("other", 1);
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  const auto made = commit(
    {act(waiting->id, intervention_kind::cancel), act(claimed->id, intervention_kind::cancel)});
  CAF_REQUIRE_EQUAL(made.withdrawn.size(), 1u);
  CAF_CHECK(made.withdrawn[0]->id == claimed->id);
  CAF_CHECK(story(waiting->id).what->status == delivery_status::cancelled);
  wish("log", 5);
  CAF_CHECK(within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed.empty());
  const auto twice = act(waiting->id, intervention_kind::cancel);
  commit({twice});
  CAF_CHECK(twice->refused && twice->refused->code == errc::conflict);
  // It was with the provider already and arrived: that is what became of it.
  const auto late = commit({settlement_of(*claimed, delivery_status::delivered)});
  CAF_CHECK(late.tallies.empty());
  CAF_CHECK(story(claimed->id).what->status == delivery_status::delivered);
}

OPERATIONS_TEST(a_replay_goes_on_in_slices_across_a_restart) {
  std::vector<delivery_id> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(dead("log")->id);
  const auto other = dead("other")->id;
  const auto told = unit_of(replaying{.which = {.channel = "log"}}, now);
  const auto begun = commit({told});
  const auto batch = in<replaying>(told).done.what;
  CAF_CHECK_EQUAL(batch.total, 5);
  CAF_CHECK(std::ranges::any_of(begun.timers,
                                [](const arm& t) { return t.key.kind == timer_kind::batch; }));
  const auto late = dead("log")->id;
  work(timer_kind::batch, 2);
  CAF_CHECK(story(all[1]).what->status == delivery_status::pending);
  CAF_CHECK(story(all[2]).what->status == delivery_status::dead);
  writer.reset();
  writer = open("one");
  CAF_CHECK(std::ranges::any_of(writer->survey(now).timers,
                                [](const arm& t) { return t.key.kind == timer_kind::batch; }));
  for (int i = 0; i < 3; ++i)
    work(timer_kind::batch, 2);
  for (const auto& id : all)
    CAF_CHECK(story(id).what->status == delivery_status::pending);
  CAF_CHECK(story(late).what->status == delivery_status::dead);
  CAF_CHECK(story(other).what->status == delivery_status::dead);
  CAF_CHECK(batch_of(batch.id).status == batch_status::processing);
  wishes = {};
  wish("log", 10);
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  for (std::size_t i = 0; i < all.size(); ++i)
    commit({settlement_of(*story(all[i]).what,
                          i == 0 ? delivery_status::dead : delivery_status::delivered, 2)});
  CAF_CHECK_EQUAL(batch_of(batch.id).processed, 5);
  work(timer_kind::batch, 2);
  const auto over = batch_of(batch.id);
  CAF_CHECK(over.status == batch_status::completed && over.completed_at == now);
  CAF_CHECK_EQUAL(over.succeeded, 4);
  CAF_CHECK_EQUAL(over.failed, 1);
}

OPERATIONS_TEST(what_is_cancelled_in_flight_and_fails_was_tried) {
  const auto x = message("log");
  commit({creation_of({x})});
  wish("log", 1);
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  commit({act(x->id, intervention_kind::cancel)});
  auto failed = *x;
  failed.last_error = "500";
  failed.error_class = error_class::transient;
  const auto late = settlement_of(failed, delivery_status::retrying);
  commit({late});
  commit({late});
  const auto told = story(x->id);
  CAF_CHECK(told.what->status == delivery_status::cancelled);
  CAF_CHECK_EQUAL(told.what->attempts, 1);
  CAF_CHECK_EQUAL(told.attempts.size(), 1u);
  CAF_CHECK_EQUAL(told.what->last_error, "500");
  CAF_CHECK(counts_are_right());
}

OPERATIONS_TEST(a_batch_that_is_stopped_cancels_what_waits) {
  const auto id = dead("log")->id;
  const auto told = unit_of(replaying{}, now);
  commit({told});
  work(timer_kind::batch);
  const auto stop = unit_of(batch_stop{.id = in<replaying>(told).done.what.id}, now);
  commit({stop});
  CAF_CHECK(in<batch_stop>(stop).done.status == batch_status::cancelled);
  CAF_CHECK(story(id).what->status == delivery_status::cancelled);
  const auto nobody = unit_of(batch_stop{.id = batch_id{ids.next(now)}}, now);
  commit({nobody});
  CAF_CHECK(nobody->refused && nobody->refused->code == errc::not_found);
}

struct waiting_body : operations_body {
  /// A request that waits for the first attempts of what it creates.
  unit_ptr asked(std::vector<std::shared_ptr<delivery>> what) {
    auto x = creation_of(std::move(what));
    auto& made = in<creation>(x);
    made.awaited.assign(made.deliveries.begin(), made.deliveries.end());
    auto inbox = std::make_shared<delivery>();
    inbox->channel = "system";
    inbox->status = delivery_status::delivered;
    inbox->notification = notification_id{ids.next(now)};
    made.awaited.push_back(inbox);
    auto& request = made.idempotency.emplace();
    request.subject = "p";
    request.key = "k";
    request.compose = [](const created& done) {
      stored_answer out{200, {}};
      for (const auto& one : done.deliveries)
        out.body += one->channel + ' ' + std::string{to_string(one->status)} + ';';
      return out;
    };
    return x;
  }
};

STORE_TEST_IN(waiting_body, a_request_at_work_is_a_conflict_until_it_is_concluded) {
  const auto again = [&] { return asked({message("log")}); };
  commit({again()});
  const auto early = again();
  commit({early});
  CAF_CHECK(early->refused && early->refused->code == errc::conflict);
  auto cut_off = again();
  cut_off->now = now + seconds{61};
  commit({cut_off});
  CAF_REQUIRE(in<creation>(cut_off).done.replayed.has_value());
  CAF_CHECK_EQUAL(in<creation>(cut_off).done.replayed->body, "log pending;system delivered;");
  commit({unit_of(conclusion{.subject = "p", .key = "k", .body = "all"}, now)});
  const auto late = again();
  commit({late});
  CAF_REQUIRE(in<creation>(late).done.replayed.has_value());
  CAF_CHECK_EQUAL(in<creation>(late).done.replayed->status, 200);
  CAF_CHECK_EQUAL(in<creation>(late).done.replayed->body, "all");
}

STORE_TEST_IN(waiting_body, a_request_that_was_cut_off_is_answered_with_what_became_of_it) {
  wish("log", 1);
  const auto one = message("log");
  const auto other = message("mail");
  other->due_at = now + seconds{30};
  commit({asked({one, other})});
  writer.reset();
  writer = open("n1");
  const auto untried = asked({message("log"), message("mail")});
  commit({untried});
  CAF_CHECK(untried->refused && untried->refused->code == errc::conflict);
  commit({settlement_of(*one, delivery_status::delivered)});
  const auto repeated = asked({message("log"), message("mail")});
  commit({repeated});
  CAF_REQUIRE(in<creation>(repeated).done.replayed.has_value());
  CAF_CHECK_EQUAL(in<creation>(repeated).done.replayed->body,
                  "log delivered;mail pending;system delivered;");
}

OPERATIONS_TEST(a_throttle_is_decided_by_the_commit) {
  const auto tell = [&](const std::string& entity) {
    acceptance x;
    x.what.id = event_id{ids.next(now)};
    x.what.type = "t";
    x.what.entity_id = entity;
    x.what.routes = {"r"};
    planned one;
    one.delivery = message("log");
    one.delivery->event = x.what.id;
    one.channel = "log";
    one.recipient = "u";
    one.at_most = throttle{2, std::chrono::minutes{10}};
    one.bucket = "r";
    x.plan.push_back(std::move(one));
    return unit_of(std::move(x), now);
  };
  const auto reason = [](const unit_ptr& x) {
    return in<acceptance>(x).done.deliveries.at(0)->reason;
  };
  const auto a = tell("a");
  const auto b = tell("b");
  const auto c = tell("c");
  commit({a, b, c});
  CAF_CHECK_EQUAL(reason(a) + reason(b), "");
  CAF_CHECK_EQUAL(reason(c), "throttled");
  now += std::chrono::minutes{10};
  const auto again = tell("c");
  commit({again});
  CAF_CHECK(!in<acceptance>(again).done.duplicate);
  CAF_CHECK_EQUAL(reason(again), "");
  get_event asked;
  asked.id = in<acceptance>(c).what.id;
  const auto told = ask(std::move(asked));
  CAF_CHECK((told.what.routes == std::vector<std::string>{"r"}));
  CAF_REQUIRE_EQUAL(told.deliveries.size(), 1u);
  CAF_CHECK_EQUAL(told.deliveries[0].what->reason, "throttled");
}

OPERATIONS_TEST(routes_of_the_api_are_kept_in_order) {
  commit({unit_of(route_change{.routes = {R"({"a":1})", R"({"b":2})"}}, now)});
  CAF_CHECK((ask(read_routes{}) == std::vector<std::string>{R"({"a":1})", R"({"b":2})"}));
  commit({unit_of(route_change{.routes = {"{}"}}, now)});
  CAF_CHECK((ask(read_routes{}) == std::vector<std::string>{"{}"}));
}
