// Preferences: versions, what they keep from being pushed, what planning learns of them.

constexpr auto document_off = R"({"rules":[{"enabled":false}],"do_not_disturb":null})";
constexpr auto document_on = R"({"rules":[],"do_not_disturb":null})";

preferences_ptr wanted(const std::string& document) {
  return std::make_shared<const preferences>(*codec::decode_preferences(document));
}

unit_ptr preferring_of(store_fixture& in, const std::string& user_id, const std::string& document) {
  auto x = std::make_shared<unit>();
  x->now = in.now;
  preferring what;
  what.user_id = user_id;
  what.what = wanted(document);
  x->what = std::move(what);
  return x;
}

/// `SINCE DOCUMENT` of each version that matters above `after`.
std::vector<std::string> versions(store_fixture& in, const std::string& user_id,
                                  std::int64_t after = 0) {
  read_preferences asked;
  asked.user_id = user_id;
  asked.after = after;
  std::vector<std::string> out;
  for (const auto& x : in.ask(std::move(asked)))
    out.push_back(std::to_string(x.since) + " " + codec::preferences_json(*x.what));
  return out;
}

/// Titles of a list, those that are suppressed with a mark.
std::vector<std::string> marked_titles(store_fixture& in, const principal_ptr& who) {
  list_inbox asked;
  asked.who = who;
  asked.now = in.now;
  std::vector<std::string> out;
  for (const auto& x : in.ask(std::move(asked)).items)
    out.push_back((x.suppressed ? "-" : "") + x.what->title);
  return out;
}

seq_page replayed(store_fixture& in, const principal_ptr& who, std::int64_t after,
                  std::int64_t upto, int limit = 100) {
  read_range asked;
  asked.who = who;
  asked.now = in.now;
  asked.after = after;
  asked.upto = upto;
  asked.limit = limit;
  return in.ask(std::move(asked));
}

STORE_TEST(preferences_come_back_as_they_were) {
  CAF_CHECK(versions(*this, "ann").empty());
  const auto first = preferring_of(*this, "ann", document_off);
  const auto done = commit({first});
  CAF_REQUIRE_EQUAL(done.preferences.size(), 1u);
  CAF_CHECK_EQUAL(done.preferences[0].user_id, "ann");
  CAF_CHECK(done.preferences[0].version.since == 0 && in<preferring>(first).done.since == 0);
  CAF_CHECK(versions(*this, "ann") == (std::vector{"0 " + std::string(document_off)}));
  CAF_CHECK(versions(*this, "bob").empty());
}

STORE_TEST(each_version_holds_for_what_is_numbered_after_it) {
  const auto ann = user("ann");
  commit({creation_of({notice({"ann"}, "1")})});
  commit({preferring_of(*this, "ann", document_off)});
  commit({creation_of({notice({"ann"}, "2"), notice({}, "3")})});
  commit({preferring_of(*this, "ann", document_on)});
  commit({creation_of({notice({"ann"}, "4")})});
  CAF_CHECK(marked_titles(*this, ann) == (std::vector<std::string>{"4", "-3", "-2", "1"}));
  CAF_CHECK(marked_titles(*this, user("bob")) == (std::vector<std::string>{"3"}));
  CAF_CHECK_EQUAL(unread(ann), 4);
  const std::string off = document_off;
  const std::string on = document_on;
  CAF_CHECK(versions(*this, "ann") == (std::vector{"1 " + off, "3 " + on}));
  CAF_CHECK(versions(*this, "ann", 2) == (std::vector{"1 " + off, "3 " + on}));
  CAF_CHECK(versions(*this, "ann", 3) == (std::vector{"3 " + on}));
}

STORE_TEST(one_that_is_suppressed_says_so_alone_too) {
  const auto x = notice({"ann"});
  commit({preferring_of(*this, "ann", document_off)});
  commit({creation_of({x})});
  get_notification asked;
  asked.who = user("ann");
  asked.now = now;
  asked.id = x->id;
  CAF_CHECK(ask(std::move(asked)).suppressed);
}

STORE_TEST(preferences_hold_for_what_becomes_visible_in_the_same_commit) {
  const auto made =
    commit({creation_of({notice({"ann"}, "1")}), preferring_of(*this, "ann", document_off)});
  CAF_CHECK(made.visible.at(0)->seq > made.preferences.at(0).version.since);
  CAF_CHECK(marked_titles(*this, user("ann")) == (std::vector<std::string>{"-1"}));
}

STORE_TEST(preferences_that_nothing_came_between_are_one_version) {
  commit({creation_of({notice({"ann"})})});
  commit({preferring_of(*this, "ann", document_off), preferring_of(*this, "ann", document_on)});
  commit({preferring_of(*this, "ann", document_off)});
  CAF_CHECK(versions(*this, "ann") == (std::vector{"1 " + std::string(document_off)}));
  CAF_CHECK_EQUAL(count("preferences"), 1);
}

STORE_TEST(preferences_that_change_nothing_are_not_written) {
  commit({preferring_of(*this, "ann", document_off)});
  commit({creation_of({notice({"ann"})})});
  const auto same = preferring_of(*this, "ann", document_off);
  CAF_CHECK(commit({same}).preferences.empty());
  CAF_CHECK(in<preferring>(same).done.what != nullptr);
  CAF_CHECK_EQUAL(count("preferences"), 1);
}

STORE_TEST(a_rollback_leaves_the_preferences_of_before) {
  commit({preferring_of(*this, "ann", document_off)});
  writer->begin(++batch);
  writer->apply(std::vector<unit_ptr>{preferring_of(*this, "ann", document_on)}, wishes);
  writer->rollback();
  CAF_CHECK(versions(*this, "ann") == (std::vector{"0 " + std::string(document_off)}));
}

STORE_TEST(a_replay_passes_over_what_is_suppressed_and_goes_on) {
  const auto ann = user("ann");
  commit({creation_of({notice({"ann"}, "1")})});
  commit({preferring_of(*this, "ann", document_off)});
  commit({creation_of({notice({"ann"}, "2"), notice({"ann"}, "3")})});
  commit({preferring_of(*this, "ann", document_on)});
  commit({creation_of({notice({"ann"}, "4")})});
  const auto all = replayed(*this, ann, 0, 4);
  CAF_REQUIRE_EQUAL(all.items.size(), 2u);
  CAF_CHECK(all.items[0].what->seq == 1 && all.items[1].what->seq == 4 && all.upto == 4);
  const auto page = replayed(*this, ann, 1, 4, 2);
  CAF_CHECK(page.items.empty());
  CAF_CHECK_EQUAL(page.upto, 3);
  CAF_CHECK_EQUAL(replayed(*this, nullptr, 0, 4).items.size(), 4u);
}

STORE_TEST(the_time_of_release_decides_whether_it_was_quiet) {
  // 2026-09-21T14:13:20Z is a Monday.
  commit({preferring_of(*this, "ann",
                        R"({"rules":[],"do_not_disturb":{"time_zone":"UTC","windows":[)"
                        R"({"days":["mon"],"from":"14:00","to":"15:00"}]}})")});
  auto urgent = notice({"ann"}, "urgent");
  urgent->priority = priority::urgent;
  auto later = notice({"ann"}, "later");
  later->deliver_at = now + std::chrono::hours{2};
  commit({creation_of({notice({"ann"}, "now"), urgent, later})});
  now += std::chrono::hours{2};
  work(timer_kind::release);
  CAF_CHECK(marked_titles(*this, user("ann"))
            == (std::vector<std::string>{"later", "urgent", "-now"}));
}

STORE_TEST(versions_go_with_what_they_held_for) {
  commit({creation_of({notice({"ann"}, "old")})});
  commit({preferring_of(*this, "ann", document_off), preferring_of(*this, "bob", document_off)});
  commit({creation_of({notice({"ann"}, "old")})});
  commit({preferring_of(*this, "ann", document_on)});
  CAF_CHECK_EQUAL(count("preferences"), 3);
  now += std::chrono::days{91};
  commit({creation_of({notice({"ann"}, "young")})});
  work(timer_kind::retention);
  CAF_CHECK_EQUAL(count("preferences"), 2);
  CAF_CHECK(versions(*this, "ann") == (std::vector{"2 " + std::string(document_on)}));
  CAF_CHECK(versions(*this, "bob") == (std::vector{"1 " + std::string(document_off)}));
}

STORE_TEST(a_user_s_versions_are_bounded) {
  for (int i = 0; i < 105; ++i) {
    commit({preferring_of(*this, "ann", i % 2 == 0 ? document_off : document_on),
            preferring_of(*this, "bob", document_off)});
    commit({creation_of({notice({"ann"})})});
  }
  CAF_CHECK_EQUAL(versions(*this, "ann").size(), 100u);
  CAF_CHECK_EQUAL(versions(*this, "bob").size(), 1u);
  CAF_CHECK_EQUAL(count("preferences"), 101);
}

STORE_TEST(planning_learns_what_users_prefer) {
  storage::connection db{parse_url(store->url())};
  db.run(
    "insert into recipients (user_id, roles, stores, locale, time_zone, updated_at) "
    "values ('bob', '[]', '[]', 'de', 'UTC', 0)");
  commit({preferring_of(*this, "ann", document_on), preferring_of(*this, "bob", document_on)});
  commit({creation_of({notice({"ann"})})});
  commit({preferring_of(*this, "ann", document_off)});
  gather_facts asked;
  asked.user_ids = {"ann", "bob", "carl"};
  const auto known = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(known.size(), 2u);
  CAF_CHECK(!known.at("ann").listed && known.at("bob").listed);
  CAF_CHECK_EQUAL(codec::preferences_json(*known.at("ann").preferences), document_off);
  CAF_CHECK_EQUAL(codec::preferences_json(*known.at("bob").preferences), document_on);
  CAF_CHECK_EQUAL(known.at("bob").locale, "de");
}
