// The inbox: order, audiences, marks, pages, times.

STORE_TEST(notifications_get_numbers_in_their_order_without_holes) {
  const auto first = commit({creation_of({notice({"ann"}, "1"), notice({"bob"}, "2")})});
  const auto second = commit({creation_of({notice({"ann"}, "3")}), creation_of({notice({}, "4")})});
  CAF_REQUIRE_EQUAL(first.visible.size(), 2u);
  CAF_CHECK_EQUAL(first.visible[0]->seq, 1);
  CAF_CHECK_EQUAL(first.visible[1]->seq, 2);
  CAF_CHECK_EQUAL(second.visible[1]->seq, 4);
  CAF_CHECK_EQUAL(writer->state().head, 4);
  CAF_CHECK_EQUAL(ask(read_state{}).head, 4);
}

STORE_TEST(a_rollback_gives_its_numbers_back) {
  auto lost = creation_of({notice({"ann"}, "lost")});
  writer->begin(++batch);
  writer->apply(std::vector<unit_ptr>{lost}, wishes);
  writer->rollback();
  const auto kept = commit({creation_of({notice({"ann"}, "kept")})});
  CAF_CHECK_EQUAL(kept.visible.at(0)->seq, 1);
  const auto found = commit({lost});
  CAF_CHECK_EQUAL(found.visible.at(0)->seq, 2);
  CAF_CHECK(titles(user("ann")) == (std::vector<std::string>{"lost", "kept"}));
}

STORE_TEST(every_field_comes_back_as_it_was) {
  auto x = notice({"ann"}, "标题 \"q\" \\ {x}, NULL");
  x->type = notification_type::alert;
  x->priority = priority::urgent;
  x->extra_data = R"({"n":9007199254740993,"s":"\u0001\""})";
  x->source = "shop";
  x->group_key = "g";
  x->expires_at = now + seconds{60};
  x->trace_id = "trace";
  x->event = event_id{ids.next(now)};
  commit({creation_of({x, notice({"ann"}, "")})});
  get_notification asked;
  asked.who = user("ann");
  asked.now = now;
  asked.id = x->id;
  const auto got = ask(std::move(asked));
  CAF_CHECK_EQUAL(got.what->title, x->title);
  CAF_CHECK_EQUAL(got.what->extra_data, x->extra_data);
  CAF_CHECK(got.what->type == x->type && got.what->priority == x->priority);
  CAF_CHECK(got.what->expires_at == x->expires_at && !got.what->deliver_at);
  CAF_CHECK(got.what->event == x->event && got.what->to == x->to);
  CAF_CHECK(got.what->created_at == now && got.what->visible_at == now && got.what->seq == 1);
  CAF_CHECK(!got.read_at);
}

STORE_TEST(the_time_of_the_first_push_is_kept) {
  const auto x = notice({"ann"});
  x->event = event_id{ids.next(now)};
  event happened{.id = *x->event, .type = "t", .data = "{}", .created_at = now};
  auto taken = acceptance{.what = happened};
  taken.plan.emplace_back().inbox = x;
  const auto carry_out = [&](decltype(unit::what) what) {
    const auto told = std::make_shared<unit>();
    told->what = std::move(what);
    told->now = now;
    commit({told});
  };
  carry_out(std::move(taken));
  const auto pushed_at = [&] {
    get_event asked;
    asked.id = *x->event;
    return ask(std::move(asked)).notifications.at(0).pushed_at;
  };
  CAF_CHECK(!pushed_at());
  const auto first = now += seconds{1};
  carry_out(push_note{.ids = {x->id}});
  now += seconds{1};
  carry_out(push_note{.ids = {x->id}});
  CAF_CHECK(pushed_at() == first);
}

STORE_TEST(a_user_sees_their_own_and_what_their_role_and_store_are_told) {
  commit({creation_of({notice({"ann"}, "own"), notice({"bob"}, "other"), notice({}, "all"),
                       notice({"", "clerk"}, "role"), notice({"", "", "s1"}, "store"),
                       notice({"", "clerk", "s1"}, "both"), notice({"", "clerk", "s2"}, "else"),
                       notice({"", "chief"}, "chief")})});
  const auto ann = user("ann", {"clerk"}, {"s1"});
  CAF_CHECK(titles(ann) == (std::vector<std::string>{"both", "store", "role", "all", "own"}));
  CAF_CHECK_EQUAL(unread(ann), 5);
  CAF_CHECK(titles(user("bob")) == (std::vector<std::string>{"all", "other"}));
}

STORE_TEST(many_roles_and_stores_see_the_same_as_few) {
  commit({creation_of(
    {notice({"", "r30", "s30"}, "deep"), notice({}, "all"), notice({"", "r99"}, "none")})});
  std::vector<std::string> roles;
  std::vector<std::string> stores;
  for (int i = 0; i < 40; ++i) {
    roles.push_back("r" + std::to_string(i));
    stores.push_back("s" + std::to_string(i));
  }
  const auto ann = user("ann", roles, stores);
  CAF_CHECK(titles(ann) == (std::vector<std::string>{"all", "deep"}));
  CAF_CHECK_EQUAL(unread(ann), 2);
}

STORE_TEST(marks_of_a_shared_notification_are_each_users_own) {
  const auto x = notice({}, "all");
  commit({creation_of({x})});
  const auto ann = user("ann");
  auto mark = marking_of(mark_kind::read, ann, {x->id}, true);
  const auto told = commit({mark});
  CAF_CHECK_EQUAL(in<marking>(mark).done.count, 1);
  CAF_CHECK_EQUAL(in<marking>(mark).done.unread, 0);
  CAF_REQUIRE_EQUAL(told.changes.size(), 1u);
  CAF_CHECK(told.changes[0].user_id == "ann" && told.changes[0].ids.size() == 1);
  CAF_CHECK_EQUAL(unread(user("bob")), 1);
  auto again = marking_of(mark_kind::read, ann, {x->id}, true);
  CAF_CHECK(commit({again}).changes.empty());
  CAF_CHECK(!again->refused && in<marking>(again).done.count == 0);
  commit({marking_of(mark_kind::remove, ann, {x->id}, true)});
  CAF_CHECK(titles(ann).empty());
  CAF_CHECK_EQUAL(titles(user("bob")).size(), 1u);
  auto gone = marking_of(mark_kind::remove, ann, {x->id}, true);
  commit({gone});
  CAF_CHECK(gone->refused && gone->refused->code == errc::not_found);
}

STORE_TEST(nobody_marks_what_is_not_theirs) {
  const auto x = notice({"bob"});
  const auto mine = notice({"ann"});
  commit({creation_of({x, mine})});
  auto single = marking_of(mark_kind::read, user("ann"), {x->id}, true);
  auto several = marking_of(mark_kind::read, user("ann"), {x->id, mine->id, mine->id});
  commit({single, several});
  CAF_CHECK(single->refused && single->refused->code == errc::not_found);
  CAF_CHECK(!several->refused && in<marking>(several).done.count == 1);
  CAF_CHECK_EQUAL(unread(user("bob")), 1);
}

STORE_TEST(read_all_counts_what_was_unread_and_leaves_one_watermark) {
  const auto ann = user("ann", {"clerk"});
  const auto own = notice({"ann"});
  const auto shared = notice({});
  const auto of_role = notice({"", "clerk"});
  const auto seen = notice({"ann"});
  auto gone = notice({"ann"});
  gone->expires_at = now + seconds{1};
  commit({creation_of({own, shared, of_role, notice({"bob"}), seen, gone})});
  commit({marking_of(mark_kind::read, ann, {seen->id})});
  now += seconds{1};
  auto all = marking_of(mark_kind::read_all, ann);
  const auto told = commit({all});
  CAF_CHECK_EQUAL(in<marking>(all).done.count, 3);
  CAF_CHECK_EQUAL(in<marking>(all).done.unread, 0);
  CAF_REQUIRE_EQUAL(told.changes.size(), 1u);
  CAF_CHECK((told.changes[0].ids == std::vector{of_role->id, shared->id, own->id}));
  CAF_CHECK(!told.changes[0].all);
  auto again = marking_of(mark_kind::read_all, ann);
  CAF_CHECK(commit({again}).changes.empty());
  CAF_CHECK_EQUAL(in<marking>(again).done.count, 0);
  CAF_CHECK_EQUAL(count("inbox_watermarks"), 1);
  const auto read_time = now;
  now += seconds{5};
  commit({creation_of({notice({"ann"}, "new")})});
  CAF_CHECK_EQUAL(unread(ann), 1);
  list_inbox asked;
  asked.who = ann;
  asked.now = now;
  const auto page = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(page.items.size(), 5u);
  CAF_CHECK(!page.items[0].read_at);
  CAF_CHECK(page.items[2].read_at == read_time && page.items[4].read_at == read_time);
}

STORE_TEST(read_all_names_the_newest_of_very_many_and_says_so) {
  std::vector<std::shared_ptr<notification>> many(most_named + 1);
  std::ranges::generate(many, [&] { return notice({"ann"}); });
  commit({creation_of(many)});
  const auto told = commit({marking_of(mark_kind::read_all, user("ann"))});
  CAF_REQUIRE_EQUAL(told.changes.size(), 1u);
  const auto& ids = told.changes[0].ids;
  CAF_REQUIRE_EQUAL(ids.size(), static_cast<std::size_t>(most_named));
  CAF_CHECK(ids.front() == many.back()->id && ids.back() == many[1]->id);
  CAF_CHECK(told.changes[0].all);
}

STORE_TEST(lists_are_filtered_and_turned_page_by_page) {
  std::vector<std::shared_ptr<notification>> all;
  for (int i = 1; i <= 5; ++i)
    all.push_back(notice({"ann"}, std::to_string(i)));
  all[1]->type = notification_type::error;
  all[2]->group_key = "g";
  all[3]->source = "shop";
  all[4]->priority = priority::high;
  commit({creation_of(all)});
  commit({marking_of(mark_kind::read, user("ann"), {all[0]->id}, true)});
  const auto list = [&](auto set) {
    list_inbox asked;
    asked.who = user("ann");
    asked.now = now;
    set(asked);
    std::string out;
    auto page = ask(std::move(asked));
    for (const auto& x : page.items)
      out += x.what->title;
    return out + (page.next ? "+" + std::to_string(*page.next) : "");
  };
  CAF_CHECK_EQUAL(list([](auto& x) { x.limit = 2; }), "54+4");
  CAF_CHECK_EQUAL(list([](auto& x) { x.limit = 2, x.before = 4; }), "32+2");
  CAF_CHECK_EQUAL(list([](auto& x) { x.limit = 2, x.before = 2; }), "1");
  CAF_CHECK_EQUAL(list([](auto& x) { x.limit = 2, x.offset = 3; }), "21");
  CAF_CHECK_EQUAL(list([](auto& x) { x.is_read = true; }), "1");
  CAF_CHECK_EQUAL(list([](auto& x) { x.is_read = false; }), "5432");
  CAF_CHECK_EQUAL(list([](auto& x) { x.type = notification_type::error; }), "2");
  CAF_CHECK_EQUAL(list([](auto& x) { x.group_key = "g"; }), "3");
  CAF_CHECK_EQUAL(list([](auto& x) { x.source = "shop"; }), "4");
  CAF_CHECK_EQUAL(list([](auto& x) { x.priority = priority::high; }), "5");
}

STORE_TEST(counts_and_filters_agree_whatever_was_marked) {
  std::vector<std::shared_ptr<notification>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(notice(i % 2 ? audience{"ann"} : audience{"", "clerk"}, std::to_string(i)));
  commit({creation_of({all[0], all[1]})});
  const auto ann = user("ann", {"clerk"});
  commit({marking_of(mark_kind::read_all, ann)});
  commit({creation_of({all[2], all[3], all[4], all[5]})});
  commit({marking_of(mark_kind::read, ann, {all[0]->id, all[2]->id, all[3]->id})});
  commit({marking_of(mark_kind::remove, ann, {all[1]->id, all[3]->id, all[4]->id})});
  const auto list = [&](const principal_ptr& who, bool read) {
    list_inbox asked;
    asked.who = who;
    asked.now = now;
    asked.is_read = read;
    std::string out;
    for (const auto& x : ask(std::move(asked)).items)
      out += x.what->title;
    return out;
  };
  CAF_CHECK_EQUAL(list(ann, true), "20");
  CAF_CHECK_EQUAL(list(ann, false), "5");
  CAF_CHECK_EQUAL(unread(ann), 1);
  const auto without_role = user("ann");
  CAF_CHECK_EQUAL(list(without_role, true), "");
  CAF_CHECK_EQUAL(unread(without_role), 1);
}

STORE_TEST(a_text_with_a_nul_byte_is_refused_and_never_cut) {
  const auto x = creation_of({notice({"ann"}, std::string("ab\0cd", 5))});
  CAF_CHECK(throws<unit_failure>([&] { commit({x}); }));
  CAF_CHECK_EQUAL(count("notifications"), 0);
  const auto next = commit({creation_of({notice({"ann"})})});
  CAF_CHECK_EQUAL(next.visible.at(0)->seq, 1);
}

STORE_TEST(what_is_expired_is_in_no_list_and_no_count) {
  const auto x = notice({"ann"});
  x->expires_at = now + seconds{10};
  commit({creation_of({x})});
  CAF_CHECK_EQUAL(unread(user("ann")), 1);
  now += seconds{10};
  CAF_CHECK_EQUAL(unread(user("ann")), 0);
  CAF_CHECK(titles(user("ann")).empty());
  auto mark = marking_of(mark_kind::read, user("ann"), {x->id}, true);
  commit({mark});
  CAF_CHECK(mark->refused);
}

STORE_TEST(what_is_for_later_becomes_visible_in_the_order_of_its_times) {
  const auto late = notice({"ann"}, "late");
  const auto early = notice({"ann"}, "early");
  late->deliver_at = now + seconds{20};
  early->deliver_at = now + seconds{10};
  const auto made = commit({creation_of({late, early, notice({"ann"}, "now")})});
  CAF_CHECK_EQUAL(made.visible.size(), 1u);
  CAF_REQUIRE_EQUAL(made.timers.size(), 1u);
  CAF_CHECK(made.timers[0].key.kind == timer_kind::release);
  CAF_CHECK(made.timers[0].at == now + seconds{10});
  CAF_CHECK_EQUAL(unread(user("ann")), 1);
  now += seconds{20};
  const auto first = work(timer_kind::release, 1);
  CAF_REQUIRE_EQUAL(first.visible.size(), 1u);
  CAF_CHECK_EQUAL(first.visible[0]->title, "early");
  CAF_REQUIRE_EQUAL(first.timers.size(), 1u);
  CAF_CHECK(first.timers[0].at == *late->deliver_at);
  const auto second = work(timer_kind::release);
  CAF_CHECK(second.visible[0]->seq == 3 && second.visible[0]->visible_at == now);
  CAF_CHECK(second.timers.empty());
  CAF_CHECK(titles(user("ann")) == (std::vector<std::string>{"late", "early", "now"}));
}

STORE_TEST(a_range_is_read_by_place_for_all_or_for_one) {
  for (int i = 0; i < 3; ++i)
    commit({creation_of({notice({"ann"}), notice({"bob"})})});
  const auto range = [&](principal_ptr who, std::int64_t after, std::int64_t upto, int limit) {
    read_range asked;
    asked.who = std::move(who);
    asked.now = now;
    asked.after = after;
    asked.upto = upto;
    asked.limit = limit;
    return ask(std::move(asked));
  };
  const auto all = range(nullptr, 1, 5, 100);
  CAF_CHECK_EQUAL(all.items.size(), 4u);
  CAF_CHECK(all.items.front().what->seq == 2 && all.upto == 5 && all.floor == 0);
  const auto part = range(user("ann"), 0, 6, 2);
  CAF_CHECK(part.items.size() == 2 && part.upto == 3);
  const auto rest = range(user("ann"), part.upto, 6, 2);
  CAF_CHECK(rest.items.size() == 1 && rest.upto == 6);
  const auto none = range(user("cat"), 0, 99, 2);
  CAF_CHECK(none.items.empty() && none.upto == 6);
  commit({marking_of(mark_kind::read, user("ann"), {part.items[1].what->id})});
  const auto marked = range(user("ann"), 0, 6, 100);
  CAF_REQUIRE_EQUAL(marked.items.size(), 3u);
  CAF_CHECK(!marked.items[0].read_at && marked.items[1].read_at == now && !marked.items[2].read_at);
  commit({marking_of(mark_kind::read_all, user("ann"))});
  CAF_CHECK(range(user("ann"), 0, 6, 100).items[2].read_at == now);
  CAF_CHECK(!range(nullptr, 0, 6, 100).items[2].read_at);
}
