// Several nodes on one database, and connections that are cut.

/// Ends the session of that name, and answers when it is gone.
void cut(fixture& on, const std::string& session) {
  storage::connection db{parse_url(on.store->url())};
  db.select(
    "select cast(pg_terminate_backend(pid, 10000) as text) from pg_stat_activity "
    "where application_name = :name",
    1, {{"name", session}}, [](row&) {});
}

STORE_TEST_IN(server_fixture, writers_side_by_side_give_numbers_without_holes) {
  auto other = open("two");
  constexpr int rounds = 40;
  const auto write = [&](repository& by, const std::string& who, std::vector<std::int64_t>& got) {
    rules::wish_book book;
    for (int i = 0; i < rounds; ++i) {
      std::vector<unit_ptr> units{creation_of({notice({who}), notice({who})})};
      by.begin(i + 1);
      for (const auto& x : by.apply(units, book).visible)
        got.push_back(x->seq);
      by.commit();
    }
  };
  std::vector<std::int64_t> ours;
  std::vector<std::int64_t> theirs;
  std::thread beside([&] { write(*other, "bob", theirs); });
  write(*writer, "ann", ours);
  beside.join();
  CAF_CHECK(std::ranges::is_sorted(ours) && std::ranges::is_sorted(theirs));
  ours.insert(ours.end(), theirs.begin(), theirs.end());
  std::ranges::sort(ours);
  CAF_REQUIRE_EQUAL(ours.size(), 4u * rounds);
  for (std::size_t i = 0; i < ours.size(); ++i)
    CAF_CHECK_EQUAL(ours[i], static_cast<std::int64_t>(i) + 1);
}

STORE_TEST_IN(server_fixture, two_nodes_never_claim_the_same_delivery) {
  auto other = open("two");
  std::vector<std::shared_ptr<delivery>> all;
  for (int i = 0; i < 60; ++i)
    all.push_back(message("log"));
  commit({creation_of(all)});
  const auto claim = [&](repository& by) {
    rules::wish_book book;
    book.set("log", {20, 20, 20, 20});
    return by.claim(book, now).claimed;
  };
  writer->begin(100);
  other->begin(100);
  const auto ours = claim(*writer);
  const auto theirs = claim(*other);
  writer->commit();
  other->commit();
  std::set<delivery_id> seen;
  for (const auto& list : {ours, theirs})
    for (const auto& x : list)
      CAF_CHECK(seen.insert(x->id).second);
  CAF_CHECK_EQUAL(seen.size(), 40u);
}

STORE_TEST_IN(server_fixture, an_outcome_of_a_lost_claim_is_logged_and_changes_nothing) {
  auto other = open("two");
  const auto x = message("log");
  commit({creation_of({x})});
  rules::wish_book book;
  book.set("log", {1, 1, 1, 1});
  CAF_CHECK_EQUAL(within(*other, [&](repository& r) { return r.claim(book, now); }).claimed.size(),
                  1u);
  CAF_CHECK(commit({settlement_of(*x, delivery_status::dead)}).tallies.empty());
  get_delivery asked;
  asked.id = x->id;
  const auto story = ask(std::move(asked));
  CAF_CHECK(story.what->status == delivery_status::pending);
  CAF_CHECK_EQUAL(story.attempts.size(), 1u);
}

STORE_TEST_IN(server_fixture, one_who_lost_the_name_is_fenced_and_the_claims_are_free) {
  auto old = open("three", seconds{0}, "old");
  const auto x = message("log");
  commit({creation_of({x})});
  rules::wish_book book;
  book.set("log", {1, 1, 1, 1});
  within(*old, [&](repository& r) { return r.claim(book, now); });
  cut(*this, "old");
  auto heir = open("three", seconds{5});
  CAF_CHECK(throws<fenced>([&] { old->reconnect(); }));
  book = {};
  book.set("log", {1, 1, 1, 1});
  CAF_CHECK_EQUAL(within(*heir, [&](repository& r) { return r.claim(book, now); }).claimed.size(),
                  1u);
  CAF_CHECK(heir->history("log").last_use == now);
}

STORE_TEST_IN(server_fixture, a_node_whose_lease_is_over_loses_its_claims_and_no_other_does) {
  auto other = open("two");
  const auto x = message("log");
  commit({creation_of({x})});
  rules::wish_book book;
  book.set("log", {1, 1, 1, 1});
  within(*other, [&](repository& r) { return r.claim(book, now); });
  work(timer_kind::lease);
  wish("log", 1);
  const auto claim = [&] {
    return within(*writer, [&](repository& r) { return r.claim(wishes, now); }).claimed.size();
  };
  CAF_CHECK_EQUAL(claim(), 0u);
  storage::connection db{parse_url(store->url())};
  db.run("update leases set alive_at = alive_at - 60000 where node like 'two%'");
  const auto told = work(timer_kind::lease);
  const timer_key retry{timer_kind::retry, "log"};
  CAF_CHECK(std::ranges::any_of(told.timers, [&](const arm& t) { return t.key == retry; }));
  CAF_CHECK_EQUAL(claim(), 1u);
  CAF_CHECK(writer->history("log").last_use == now);
}

STORE_TEST_IN(server_fixture, after_a_cut_the_node_knows_whether_its_batch_was_committed) {
  auto node = open("four", seconds{5}, "cut");
  within(*node, [&](repository& r) {
    batch = 7;
    r.rollback();
    r.begin(7);
    return r.apply(std::vector<unit_ptr>{creation_of({notice({"ann"})})}, wishes);
  });
  cut(*this, "cut");
  bool lost = false;
  try {
    node->begin(8);
  } catch (const store_failure& e) {
    lost = e.connection_lost;
  }
  CAF_CHECK(lost);
  node->rollback();
  node->reconnect();
  CAF_CHECK(node->was_committed(7));
  node->begin(9);
  node->apply(std::vector<unit_ptr>{creation_of({notice({"ann"})})}, wishes);
  cut(*this, "cut");
  CAF_CHECK(throws<store_failure>([&] { node->commit(); }));
  node->reconnect();
  CAF_CHECK(!node->was_committed(9));
  CAF_CHECK_EQUAL(count("notifications"), 1);
  node->begin(10);
  node->apply(std::vector<unit_ptr>{creation_of({notice({"ann"})})}, wishes);
  node->commit();
  CAF_CHECK(node->was_committed(10));
}

STORE_TEST_IN(server_fixture, a_reader_that_was_cut_answers_unavailable_and_then_again) {
  reader = open_reader(store->url_of("reading"));
  CAF_CHECK_EQUAL(unread(user("ann")), 0);
  cut(*this, "reading");
  CAF_CHECK(refusal_of(read_state{}) == errc::unavailable);
  CAF_CHECK_EQUAL(ask(read_state{}).head, 0);
}

STORE_TEST_IN(server_fixture, a_server_that_loses_commits_is_refused) {
  const auto url = store->url() + "%20-csynchronous_commit%3Doff";
  CAF_CHECK(throws<store_failure>([&] {
    open_repository({url, "five", seconds{0}, 90}, [this] { return now; });
  }));
}
