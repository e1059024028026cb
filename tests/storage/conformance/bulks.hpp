// Bulks: users in chunks, each told once, counted exactly.

unit_ptr bulk_unit(decltype(unit::what) what, timestamp now) {
  auto out = std::make_shared<unit>();
  out->what = std::move(what);
  out->now = now;
  return out;
}

struct bulks_body : fixture {
  batch_record begin(int users, std::optional<priority> lane = {}) {
    bulking what;
    what.by = "producer";
    what.what.template_code = "welcome";
    what.what.data = "{}";
    what.what.priority = lane;
    for (int i = 0; i < users; ++i)
      what.user_ids.push_back("u" + std::to_string(i));
    const auto told = bulk_unit(std::move(what), now);
    const auto made = commit({told});
    CAF_CHECK(std::ranges::any_of(made.timers,
                                  [](const arm& t) { return t.key.kind == timer_kind::batch; }));
    return in<bulking>(told).done.what;
  }

  std::optional<bulk_slice> next() { return ask(next_bulk_slice{}); }

  /// What a slice means: an inbox row for each, and a delivery on that channel where one is named.
  unit_ptr chunk_of(const bulk_slice& of, const std::string& channel, bool inbox) {
    bulk_chunk out;
    out.batch = of.batch;
    out.number = of.number;
    out.meant.inbox = inbox;
    for (const auto& user : of.user_ids) {
      const auto note = notice({user, {}, {}});
      out.meant.notifications.push_back(note);
      out.meant.unlisted.push_back(!inbox);
      if (channel.empty())
        continue;
      auto x = message(channel);
      x->notification = note->id;
      x->user_id = user;
      out.meant.deliveries.push_back(std::move(x));
    }
    return bulk_unit(std::move(out), now);
  }

  /// Looks at all that are open; whether the runner is told that users wait.
  bool users_wait() {
    const auto looked = work(timer_kind::batch);
    return std::ranges::any_of(looked.bulks, &bulk_standing::waits);
  }

  std::vector<bulk_failure> failures(const batch_id& id) {
    return ask(list_bulk_failures{.id = id}).items;
  }

  batch_record record(const batch_id& id) { return ask(carillon::get_batch{id, {}}); }

  std::vector<delivery_ptr> drawn(const std::string& channel, std::uint32_t room) {
    wishes = {};
    wish(channel, room);
    work(timer_kind::retry, 100, channel);
    return within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed;
  }
};

#define BULKS_TEST(name) STORE_TEST_IN(bulks_body, name)

BULKS_TEST(users_come_in_hundreds_and_the_inbox_counts_at_once) {
  const auto batch = begin(250);
  CAF_CHECK_EQUAL(batch.total, 250);
  for (const std::size_t users : {100u, 100u, 50u}) {
    const auto slice = next();
    CAF_REQUIRE(slice);
    CAF_CHECK_EQUAL(slice->user_ids.size(), users);
    CAF_CHECK(users_wait());
    commit({chunk_of(*slice, "", true)});
  }
  CAF_CHECK(!next());
  const auto looked = work(timer_kind::batch).bulks;
  CAF_REQUIRE_EQUAL(looked.size(), 2u);
  CAF_CHECK(!looked[0].waits && !looked[0].over && looked[1].over);
  CAF_CHECK_EQUAL(looked[1].by, "producer");
  const auto over = record(batch.id);
  CAF_CHECK(over.status == batch_status::completed);
  CAF_CHECK_EQUAL(over.succeeded, 250);
  CAF_CHECK_EQUAL(over.failed, 0);
  CAF_CHECK_EQUAL(count("notifications"), 250);
}

BULKS_TEST(a_chunk_is_taken_once_also_after_a_restart) {
  const auto batch = begin(150);
  const auto slice = next();
  CAF_REQUIRE(slice);
  const auto first = chunk_of(*slice, "log", false);
  commit({first});
  CAF_CHECK(in<bulk_chunk>(first).done);
  writer.reset();
  writer = open("one");
  const auto again = chunk_of(*slice, "log", false);
  commit({again});
  CAF_CHECK(!in<bulk_chunk>(again).done);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 100);
  const auto rest = next();
  CAF_REQUIRE(rest);
  CAF_CHECK(rest->batch == batch.id && rest->number == 1);
  CAF_CHECK_EQUAL(rest->user_ids.front(), "u100");
  CAF_CHECK_EQUAL(rest->what.template_code, "welcome");
}

BULKS_TEST(a_user_is_processed_when_all_is_final_and_a_success_when_one_arrived) {
  const auto batch = begin(3);
  commit({chunk_of(*next(), "log", false)});
  const auto got = drawn("log", 3);
  CAF_REQUIRE_EQUAL(got.size(), 3u);
  commit({settlement_of(*got[0], delivery_status::delivered)});
  commit({settlement_of(*got[1], delivery_status::dead)});
  auto so_far = record(batch.id);
  CAF_CHECK(so_far.status == batch_status::processing);
  CAF_CHECK_EQUAL(so_far.processed, 2);
  CAF_CHECK_EQUAL(so_far.succeeded, 1);
  CAF_CHECK_EQUAL(so_far.failed, 1);
  commit({settlement_of(*got[2], delivery_status::dead)});
  work(timer_kind::batch);
  CAF_CHECK(record(batch.id).status == batch_status::completed);
  const auto lost = failures(batch.id);
  CAF_REQUIRE_EQUAL(lost.size(), 2u);
  CAF_REQUIRE_EQUAL(lost[0].misses.size(), 1u);
  CAF_CHECK_EQUAL(lost[0].misses[0].channel, "log");
  CAF_CHECK(lost[0].misses[0].status == delivery_status::dead);
}

BULKS_TEST(a_user_whom_the_inbox_told_is_a_success_whatever_else_fails) {
  const auto batch = begin(1);
  commit({chunk_of(*next(), "log", true)});
  CAF_CHECK_EQUAL(record(batch.id).processed, 0);
  const auto got = drawn("log", 1);
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  commit({settlement_of(*got[0], delivery_status::dead)});
  CAF_CHECK_EQUAL(record(batch.id).succeeded, 1);
  CAF_CHECK(failures(batch.id).empty());
}

BULKS_TEST(a_bulk_that_is_stopped_tells_nobody_more) {
  const auto batch = begin(200);
  commit({chunk_of(*next(), "log", false)});
  const auto late = chunk_of(*next(), "log", false);
  const auto got = drawn("log", 1);
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  const auto stop = bulk_unit(batch_stop{.id = batch.id}, now);
  const auto made = commit({stop});
  CAF_CHECK(in<batch_stop>(stop).done.status == batch_status::cancelled);
  CAF_CHECK_EQUAL(made.withdrawn.size(), 1u);
  commit({late});
  CAF_CHECK(!in<bulk_chunk>(late).done);
  CAF_CHECK(!next());
  CAF_CHECK(drawn("log", 10).empty());
  CAF_CHECK_EQUAL(record(batch.id).failed, 100);
  // It was with the provider already and arrived.
  commit({settlement_of(*got[0], delivery_status::delivered)});
  CAF_CHECK_EQUAL(record(batch.id).succeeded, 1);
  CAF_CHECK_EQUAL(record(batch.id).failed, 99);
}

BULKS_TEST(what_is_stopped_is_cancelled_in_slices_and_none_of_it_is_sent) {
  const auto batch = begin(2100);
  while (const auto slice = next())
    commit({chunk_of(*slice, "log", false)});
  const auto stop = bulk_unit(batch_stop{.id = batch.id}, now);
  const auto first = commit({stop});
  CAF_CHECK(in<batch_stop>(stop).done.status == batch_status::cancelled);
  CAF_CHECK(!in<batch_stop>(stop).done.completed_at);
  CAF_CHECK_EQUAL(in<batch_stop>(stop).done.failed, 2000);
  CAF_CHECK(first.bulks.empty() && first.timers.at(0).key.kind == timer_kind::batch);
  writer.reset();
  writer = open("one");
  CAF_CHECK(work(timer_kind::batch).bulks.at(0).over);
  const auto over = record(batch.id);
  CAF_CHECK(over.status == batch_status::cancelled && over.completed_at == now);
  CAF_CHECK_EQUAL(over.failed, 2100);
  CAF_CHECK(drawn("log", 10).empty());
}

BULKS_TEST(failures_come_page_by_page) {
  const auto batch = begin(5);
  commit({chunk_of(*next(), "log", false)});
  const auto got = drawn("log", 5);
  CAF_REQUIRE_EQUAL(got.size(), 5u);
  for (const auto& x : got)
    commit(
      {settlement_of(*x, x->user_id == "u2" ? delivery_status::delivered : delivery_status::dead)});
  std::vector<std::string> seen;
  list_bulk_failures asked{.id = batch.id, .limit = 3};
  const auto first = ask(std::move(asked));
  CAF_REQUIRE(first.next.has_value());
  const auto rest = ask(list_bulk_failures{.id = batch.id, .after = *first.next, .limit = 3});
  CAF_CHECK(!rest.next);
  for (const auto& page : {first, rest})
    for (const auto& x : page.items)
      seen.push_back(x.user_id);
  CAF_CHECK((seen == std::vector<std::string>{"u0", "u1", "u3", "u4"}));
}

BULKS_TEST(a_backup_that_takes_over_counts_for_its_user) {
  const auto batch = begin(1);
  commit({chunk_of(*next(), "log", false)});
  const auto got = drawn("log", 1);
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  const auto death = settlement_of(*got[0], delivery_status::dead);
  const auto backup = message("backup");
  backup->user_id = got[0]->user_id;
  backup->failover_of = got[0]->id;
  in<settlement>(death).successor = backup;
  commit({death});
  CAF_CHECK_EQUAL(record(batch.id).processed, 0);
  const auto second = drawn("backup", 1);
  CAF_REQUIRE_EQUAL(second.size(), 1u);
  commit({settlement_of(*second[0], delivery_status::delivered)});
  CAF_CHECK_EQUAL(record(batch.id).succeeded, 1);
}

BULKS_TEST(the_most_urgent_bulk_comes_first_and_equal_ones_take_turns) {
  const auto low = begin(200, priority::low);
  const auto one = begin(200);
  now += seconds{1};
  const auto two = begin(200);
  for (const auto& expected : {one.id, two.id, one.id, two.id, low.id}) {
    const auto slice = next();
    CAF_REQUIRE(slice);
    CAF_CHECK(slice->batch == expected);
    commit({chunk_of(*slice, "", true)});
  }
}

BULKS_TEST(a_bulk_that_cannot_go_on_is_failed_and_unknown_ones_are_not_found) {
  const auto batch = begin(200);
  commit({chunk_of(*next(), "", true)});
  commit({bulk_unit(bulk_failing{.id = batch.id}, now)});
  CAF_CHECK(record(batch.id).status == batch_status::failed);
  CAF_CHECK_EQUAL(record(batch.id).succeeded, 100);
  CAF_CHECK(!next());
  CAF_CHECK(refusal_of(list_bulk_failures{.id = batch_id{ids.next(now)}}) == errc::not_found);
}
