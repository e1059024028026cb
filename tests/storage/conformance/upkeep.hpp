// The schema, the node's name, retention and what planning asks for.

STORE_TEST(the_schema_is_brought_up_to_date_once) {
  CAF_CHECK(migrate(store->url()).empty());
  CAF_CHECK_EQUAL(count("schema_migrations"),
                  std::ranges::count(migrations(), "sqlite", &migration::engine));
}

STORE_TEST(a_name_is_borne_by_one_at_a_time) {
  CAF_CHECK(throws<fenced>([&] { open("one"); }));
  writer.reset();
  writer = open("one");
  CAF_CHECK_EQUAL(commit({creation_of({notice({"ann"})})}).visible.size(), 1u);
}

STORE_TEST(an_unused_channel_has_no_last_use_and_an_attempt_is_one) {
  CAF_CHECK(!writer->history("log").last_use);
  const auto x = message("log");
  wish("log", 1);
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  now += seconds{2};
  commit({settlement_of(*x, delivery_status::delivered)});
  CAF_CHECK(writer->history("log").last_use == now);
}

STORE_TEST(retention_prunes_the_old_in_slices_and_raises_the_floor) {
  const auto ann = user("ann");
  for (int i = 0; i < 3; ++i)
    commit({creation_of({notice({"ann"}, "old")})});
  auto skipped = message("log");
  skipped->status = delivery_status::skipped;
  const auto waiting = message("mail");
  commit({creation_of({skipped, waiting}), marking_of(mark_kind::read_all, ann)});
  now += std::chrono::days{89};
  commit({creation_of({notice({"ann"}, "young")})});
  now += std::chrono::days{2};
  const auto slice = work(timer_kind::retention, 2);
  CAF_CHECK(slice.timers.at(0).at == now);
  CAF_CHECK_EQUAL(writer->state().floor, 2);
  const auto last = work(timer_kind::retention, 2);
  CAF_CHECK(last.timers.at(0).at > now);
  CAF_CHECK(writer->state().floor == 3 && writer->state().head == 4);
  CAF_CHECK(titles(ann) == (std::vector<std::string>{"young"}));
  CAF_CHECK_EQUAL(count("notification_deliveries"), 1);
  CAF_CHECK_EQUAL(count("inbox_watermarks"), 0);
  const auto next = commit({creation_of({notice({"ann"})})});
  CAF_CHECK_EQUAL(next.visible.at(0)->seq, 5);
}

STORE_TEST(a_survey_tells_what_waits_and_what_is_dead) {
  auto later = message("log", priority::urgent);
  later->due_at = now + seconds{9};
  auto dead = message("mail");
  dead->status = delivery_status::dead;
  auto hidden = notice({"ann"});
  hidden->deliver_at = now + seconds{5};
  commit({creation_of({later, dead}), creation_of({hidden})});
  const auto seen = writer->survey(now);
  std::map<timer_key, timestamp> timers;
  for (const auto& x : seen.timers)
    timers.emplace(x.key, x.at);
  CAF_CHECK(timers.at({timer_kind::retry, "log"}) == later->due_at);
  CAF_CHECK(timers.at({timer_kind::release, ""}) == *hidden->deliver_at);
  CAF_CHECK(timers.at({timer_kind::expiry, ""}) == later->expires_at);
  CAF_CHECK(timers.contains({timer_kind::retention, ""}));
  CAF_REQUIRE_EQUAL(seen.tallies.size(), 2u);
  CAF_CHECK_EQUAL(seen.tallies[0].waiting[static_cast<std::size_t>(priority::urgent)], 1);
  CAF_CHECK(seen.tallies[1].channel == "mail" && seen.tallies[1].dead == 1);
}

STORE_TEST(a_survey_arms_each_channel_at_its_first_unclaimed_delivery) {
  const auto put = [&](const std::string& channel, priority lane, seconds in) {
    auto x = message(channel, lane);
    x->due_at = now + in;
    commit({creation_of({x})});
    return x;
  };
  wish("claimed", 1);
  put("claimed", priority::normal, seconds{0});
  put("a", priority::low, seconds{7});
  put("a", priority::urgent, seconds{9});
  put("b", priority::high, seconds{3});
  put("b", priority::high, seconds{1});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  std::map<std::string, timestamp> armed;
  for (const auto& x : writer->survey(now).timers)
    if (x.key.kind == timer_kind::retry)
      armed.emplace(x.key.channel, x.at);
  CAF_CHECK_EQUAL(armed.size(), 2u);
  CAF_CHECK(armed.at("a") == now + seconds{7} && armed.at("b") == now + seconds{1});
}

STORE_TEST(uses_of_a_scope_are_known_while_they_count) {
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  auto told = settlement_of(*x, delivery_status::retrying);
  in<settlement>(told).attempt.uses = {{"a/1h", now + std::chrono::hours{1}},
                                       {"a/24h", now + std::chrono::hours{24}, 3}};
  commit({told});
  commit({told});
  const auto of = [&](const std::string& channel) {
    return ask(read_scope_history{channel, {"a/1h", "a/24h", "b/1h"}});
  };
  auto seen = of("log");
  CAF_CHECK(seen.uses.at("a/1h") == std::vector{now}
            && seen.uses.at("a/24h") == std::vector(3, now));
  CAF_CHECK(seen.uses.at("b/1h").empty() && !seen.released);
  CAF_CHECK(of("mail").uses.at("a/1h").empty());
  now += std::chrono::hours{1};
  work(timer_kind::retention);
  seen = of("log");
  CAF_CHECK(seen.uses.at("a/1h").empty());
  CAF_CHECK_EQUAL(seen.uses.at("a/24h").size(), 3u);
}

STORE_TEST(what_a_provider_wants_left_alone_is_known_until_it_is_over) {
  const auto tell = [&](std::vector<scope_use> frozen) {
    wish("log", 1);
    const auto x = message("log");
    commit({creation_of({x})});
    within(*writer, [&](repository& r) { return r.claim(wishes, now); });
    auto told = settlement_of(*x, delivery_status::delivered);
    in<settlement>(told).attempt.frozen = std::move(frozen);
    commit({told});
  };
  const auto of = [&](const std::string& channel) {
    return ask(read_channel_history{channel}).frozen;
  };
  tell({{"", now + seconds{50}}, {"a", now + seconds{40}}});
  tell({{"", now + seconds{30}}});
  CAF_REQUIRE_EQUAL(of("log").size(), 2u);
  CAF_CHECK(of("log")[0].key == "a" && of("log")[0].until == now + seconds{40});
  CAF_CHECK(of("log")[1].key.empty() && of("log")[1].until == now + seconds{30});
  CAF_CHECK(of("mail").empty());
  CAF_CHECK_EQUAL(writer->history("log").frozen.size(), 2u);
  now += seconds{30};
  work(timer_kind::retention);
  CAF_REQUIRE_EQUAL(of("log").size(), 1u);
  CAF_CHECK(of("log")[0].key == "a");
}

STORE_TEST(a_claim_that_a_dead_process_left_is_told_with_the_uses) {
  wish("log", 5);
  commit({creation_of({message("log")})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  now += seconds{5};
  writer.reset();
  writer = open("one");
  CAF_CHECK(ask(read_scope_history{"log", {"a"}}).released == now);
}

STORE_TEST(the_lease_is_renewed_and_looked_at_again) {
  CAF_CHECK(work(timer_kind::lease).timers.at(0).at > now);
  within(*writer, [](repository& x) {
    x.heartbeat();
    return effects{};
  });
}

STORE_TEST(planning_learns_the_addresses_of_users_that_are_stored) {
  storage::connection db{parse_url(store->url())};
  db.run(
    "insert into recipients (user_id, roles, stores, locale, time_zone, updated_at) values "
    "('ann', '[]', '[]', 'zh-CN', 'Asia/Shanghai', 0)");
  db.run(
    "insert into recipient_addresses (user_id, channel, address, updated_at) values "
    "('ann', 'mail', 'ann@example.org', 0)");
  gather_facts asked;
  asked.user_ids = {"ann", "bob"};
  const auto known = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(known.size(), 1u);
  CAF_CHECK_EQUAL(known.at("ann").addresses.at("mail"), "ann@example.org");
  CAF_CHECK_EQUAL(known.at("ann").time_zone, "Asia/Shanghai");
}
