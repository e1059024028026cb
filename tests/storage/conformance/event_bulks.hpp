// Events with more people than one commit takes: a bulk tells them, slice by slice, each once.

struct event_bulks_body : fixture {
  static std::string nth(const std::string& name, int i) {
    return name + std::to_string(1000 + i).substr(1);
  }

  void hire(int count, const std::string& role = "boss", const std::string& store_id = "s1",
            const std::string& name = "u") {
    administration all;
    for (int i = 0; i < count; ++i)
      all.changes.emplace_back(
        put_recipient{{.user_id = nth(name, i), .roles = {role}, .stores = {store_id}}});
    commit({bulk_unit(std::move(all))});
  }

  unit_ptr bulk_unit(decltype(unit::what) what) {
    auto out = std::make_shared<unit>();
    out->what = std::move(what);
    out->now = now;
    return out;
  }

  /// An event that is left to a bulk for these people.
  unit_ptr happened(crowd people, const std::string& entity = {},
                    priority lane = priority::normal) {
    acceptance what;
    what.what.id = {ids.next(now)};
    what.what.type = "stock.low";
    what.what.entity_id = entity;
    what.what.subject = "producer";
    what.what.created_at = what.what.occurred_at = now;
    what.bulk = {ids.next(now)};
    planned one;
    one.channel = "log";
    one.recipient = "\x01" + (people.group ? people.group->role : people.named.front());
    one.delivery = message("log", lane);
    one.delivery->event = what.what.id;
    one.delivery->reason = told_by_bulk;
    people.route = "{}";
    one.told_later = std::move(people);
    what.plan.push_back(std::move(one));
    return bulk_unit(std::move(what));
  }
  static crowd bosses() { return {.group = audience{{}, "boss", {}}}; }

  batch_id begin(const crowd& people, const std::string& entity = {},
                 priority lane = priority::normal) {
    const auto x = happened(people, entity, lane);
    const auto made = commit({x});
    CAF_CHECK(std::ranges::any_of(made.timers,
                                  [](const arm& t) { return t.key.kind == timer_kind::batch; }));
    CAF_CHECK(in<acceptance>(x).done.deliveries.empty());
    return in<acceptance>(x).done.bulk.value();
  }

  std::optional<bulk_slice> next() { return ask(next_bulk_slice{}); }

  /// What a slice means: a delivery for each, locked where the event has an entity.
  unit_ptr chunk_of(const bulk_slice& of) {
    bulk_chunk out{.batch = of.batch, .number = of.number};
    auto& chunk = out.of.emplace();
    chunk.turn = *of.of;
    chunk.people = static_cast<std::int64_t>(of.user_ids.size());
    chunk.meant.what = of.of->about;
    for (const auto& user : of.user_ids) {
      planned one;
      one.channel = "log";
      one.recipient = user;
      one.delivery = message("log");
      one.delivery->event = of.of->about.id;
      one.delivery->user_id = user;
      chunk.meant.plan.push_back(std::move(one));
    }
    return bulk_unit(std::move(out));
  }

  std::vector<std::size_t> tell_all() {
    std::vector<std::size_t> sizes;
    while (const auto slice = next()) {
      sizes.push_back(slice->user_ids.size());
      const auto chunk = chunk_of(*slice);
      commit({chunk});
      CAF_CHECK(in<bulk_chunk>(chunk).done);
    }
    return sizes;
  }

  /// Everything that waits on the channel is delivered.
  void deliver_all() {
    wishes = {};
    wish("log", 1000);
    work(timer_kind::retry, 100, "log");
    for (const auto& x :
         within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed)
      commit({settlement_of(*x, delivery_status::delivered)});
  }

  batch_record record(const batch_id& id) { return ask(carillon::get_batch{id, {}}); }
  event_story story(const event_id& id) { return ask(carillon::get_event{id, {}}); }
};

#define EVENT_BULKS_TEST(name) STORE_TEST_IN(event_bulks_body, name)

EVENT_BULKS_TEST(the_people_of_a_group_come_in_hundreds_and_each_is_told_once) {
  hire(250);
  hire(3, "Boss", "s1", "a");  // another role
  const auto batch = begin(bosses());
  const auto slice = next();
  CAF_REQUIRE(slice);
  CAF_CHECK(slice->batch == batch && slice->number == 0);
  CAF_CHECK_EQUAL(slice->user_ids.front(), "u000");
  CAF_CHECK(slice->of->next == "u099");
  CAF_CHECK_EQUAL(slice->of->about.type, "stock.low");
  CAF_CHECK((tell_all() == std::vector<std::size_t>{100, 100, 50}));
  CAF_CHECK_EQUAL(count("notification_deliveries"), 250);
  auto so_far = record(batch);
  CAF_CHECK(so_far.status == batch_status::processing);
  CAF_CHECK_EQUAL(so_far.total, 250);
  CAF_CHECK_EQUAL(so_far.processed, 0);
  deliver_all();
  const auto looked = work(timer_kind::batch).bulks;
  CAF_REQUIRE(!looked.empty());
  CAF_CHECK(looked.back().over && looked.back().by == "producer");
  const auto over = record(batch);
  CAF_CHECK(over.status == batch_status::completed);
  CAF_CHECK_EQUAL(over.total, 250);
  CAF_CHECK_EQUAL(over.succeeded, 250);
}

EVENT_BULKS_TEST(a_slice_is_taken_once_also_after_a_restart) {
  hire(150);
  begin(bosses());
  const auto slice = next();
  CAF_REQUIRE(slice);
  const auto first = chunk_of(*slice);
  commit({first});
  CAF_CHECK(in<bulk_chunk>(first).done);
  writer.reset();
  writer = open("one");
  const auto again = chunk_of(*slice);
  commit({again});
  CAF_CHECK(!in<bulk_chunk>(again).done);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 100);
  const auto rest = next();
  CAF_REQUIRE(rest);
  CAF_CHECK_EQUAL(rest->number, 1);
  CAF_CHECK_EQUAL(rest->user_ids.front(), "u100");
  CAF_CHECK(!rest->of->next);
}

EVENT_BULKS_TEST(a_duplicate_event_begins_no_second_bulk) {
  hire(120);
  const auto first = happened(bosses(), "sku-1");
  const auto beside = happened(bosses(), "sku-1");
  commit({first, beside});
  const auto later = happened(bosses(), "sku-1");
  commit({later});
  for (const auto& x : {beside, later}) {
    CAF_CHECK(in<acceptance>(x).done.duplicate);
    CAF_CHECK(in<acceptance>(x).done.id == in<acceptance>(first).what.id);
    CAF_CHECK(!in<acceptance>(x).done.bulk);
  }
  CAF_CHECK_EQUAL(count("notification_batches"), 1);
  CAF_CHECK_EQUAL(count("notification_events"), 1);
}

EVENT_BULKS_TEST(whoever_is_locked_is_skipped_and_the_others_are_told) {
  hire(120);
  const auto batch = begin(bosses(), "sku-1");
  const auto early = happened({.named = {"x"}}, "sku-1");
  auto& plan = in<acceptance>(early).plan;
  plan[0].told_later.reset();
  plan[0].recipient = "u005";
  plan[0].delivery->reason.clear();
  plan[0].delivery->user_id = "u005";
  commit({early});
  tell_all();
  CAF_CHECK_EQUAL(count("notification_deliveries"), 121);
  deliver_all();
  work(timer_kind::batch);
  const auto over = record(batch);
  CAF_CHECK(over.status == batch_status::completed);
  CAF_CHECK_EQUAL(over.succeeded, 119);
  CAF_CHECK_EQUAL(over.failed, 1);
  const auto lost = ask(list_bulk_failures{.id = batch}).items;
  CAF_REQUIRE_EQUAL(lost.size(), 1u);
  CAF_CHECK_EQUAL(lost[0].user_id, "u005");
  CAF_CHECK_EQUAL(lost[0].misses.at(0).why, "duplicate");
}

EVENT_BULKS_TEST(one_that_is_stopped_tells_nobody_more) {
  hire(250);
  const auto batch = begin(bosses());
  const auto slice = next();
  CAF_REQUIRE(slice);
  commit({chunk_of(*slice)});
  const auto under_way = chunk_of(*next());
  const auto stop = bulk_unit(batch_stop{.id = batch});
  commit({stop});
  CAF_CHECK(in<batch_stop>(stop).done.status == batch_status::cancelled);
  commit({under_way});
  CAF_CHECK(!in<bulk_chunk>(under_way).done);
  CAF_CHECK(!next());
  CAF_CHECK_EQUAL(count("notification_deliveries"), 100);
  const auto end = record(batch);
  CAF_CHECK(end.completed_at.has_value());
  CAF_CHECK_EQUAL(end.failed, 100);
}

EVENT_BULKS_TEST(named_people_come_first_and_are_told_apart_by_their_addresses) {
  hire(30);
  crowd some;
  for (int i = 0; i < 130; ++i)
    some.named.push_back(nth("n", i) + "@example.org");
  const auto x = happened(some);
  auto also = in<acceptance>(x).plan.front();
  also.told_later = bosses();
  also.told_later->route = "{}";
  in<acceptance>(x).plan.push_back(also);
  commit({x});
  const auto batch = in<acceptance>(x).done.bulk.value();
  CAF_CHECK_EQUAL(record(batch).total, 130);
  for (const std::size_t people : {100u, 30u, 30u}) {
    const auto slice = next();
    CAF_REQUIRE(slice);
    CAF_CHECK_EQUAL(slice->user_ids.size(), people);
    const bool named = slice->user_ids.front().ends_with("example.org");
    CAF_CHECK_EQUAL(slice->of->named, named);
    const auto chunk = chunk_of(*slice);
    if (named)
      for (const auto& one : in<bulk_chunk>(chunk).of->meant.plan)
        one.delivery->recipient = std::exchange(one.delivery->user_id, {});
    commit({chunk});
    CAF_CHECK(in<bulk_chunk>(chunk).done);
  }
  CAF_CHECK(!next());
  CAF_CHECK_EQUAL(record(batch).total, 160);
  deliver_all();
  work(timer_kind::batch);
  CAF_CHECK_EQUAL(record(batch).succeeded, 160);
}

EVENT_BULKS_TEST(a_letter_that_has_grown_is_kept_and_who_was_told_before_counts) {
  hire(120);
  const auto batch = begin(bosses());
  const auto chunk = chunk_of(*next());
  auto& of = *in<bulk_chunk>(chunk).of;
  of.turn.letter.told.emplace_back("log", "lobby");
  of.meant.plan.resize(1);
  commit({chunk});
  const auto rest = next();
  CAF_REQUIRE(rest);
  CAF_CHECK((rest->of->letter.told == told_list{{"log", "lobby"}}));
  CAF_CHECK((rest->of->letter.groups == std::vector{audience{{}, "boss", {}}}));
  CAF_CHECK_EQUAL(record(batch).succeeded, 99);
}

EVENT_BULKS_TEST(bulks_of_equal_urgency_take_turns_and_more_urgent_ones_come_first) {
  hire(250);
  const auto first = begin(bosses(), "a");
  const auto second = begin(bosses(), "b");
  for (const auto& turn : {first, second, first}) {
    const auto slice = next();
    CAF_REQUIRE(slice);
    CAF_CHECK(slice->batch == turn);
    commit({chunk_of(*slice)});
  }
  const auto urgent = begin(bosses(), "c", priority::urgent);
  CAF_CHECK(next()->batch == urgent);
}

EVENT_BULKS_TEST(the_story_of_an_event_shows_its_bulk) {
  hire(120);
  const auto x = happened(bosses());
  commit({x});
  const auto& id = in<acceptance>(x).what.id;
  tell_all();
  const auto told = story(id);
  CAF_REQUIRE(told.bulk);
  CAF_CHECK(told.bulk->id == in<acceptance>(x).done.bulk);
  CAF_CHECK_EQUAL(told.bulk->total, 120);
  CAF_CHECK_EQUAL(told.deliveries.size(), 120u);
}

EVENT_BULKS_TEST(planning_learns_of_one_more_than_it_tells_at_once) {
  hire(150);
  hire(4, "boss", "s2", "v");
  hire(2, "cook", "s2", "w");
  const auto members = [&](audience to) {
    gather_facts asked;
    asked.groups = {std::move(to)};
    return ask(std::move(asked)).size();
  };
  CAF_CHECK_EQUAL(members({{}, "boss", {}}), most_told_at_once + 1);
  CAF_CHECK_EQUAL(members({{}, "boss", "s2"}), 4u);
  CAF_CHECK_EQUAL(members({{}, {}, "s2"}), 6u);
  CAF_CHECK_EQUAL(members({{}, "Boss", {}}), 0u);
  CAF_CHECK_EQUAL(members({{}, "bos%", {}}), 0u);
}
