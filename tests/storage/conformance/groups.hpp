// Folded lists and counts: held to what plain lists of the same rows add up to.

list_inbox list_of(const principal_ptr& who, timestamp now) {
  list_inbox asked;
  asked.who = who;
  asked.now = now;
  asked.limit = 100;
  return asked;
}

/// What a folded list shows: the title of each row, how many it stands for, how many are unread.
std::string text_of(const inbox_item& x) {
  return x.what->title + '*' + std::to_string(x.group->count) + '/'
         + std::to_string(x.group->unread) + ' ';
}

/// The same, folded here from a plain list.
std::string folded(const inbox_page& plain) {
  std::vector<inbox_item> rows;
  std::map<std::string, std::size_t> places;
  for (auto item : plain.items) {
    const auto& key = item.what->group_key;
    const auto place = key.empty() ? places.end() : places.find(key);
    if (place == places.end()) {
      if (!key.empty())
        places[key] = rows.size();
      item.group = group_size{0, 0};
      rows.push_back(item);
    }
    auto& group = *rows[place == places.end() ? rows.size() - 1 : place->second].group;
    ++group.count;
    group.unread += item.read_at ? 0 : 1;
  }
  std::string text;
  for (const auto& x : rows)
    text += text_of(x);
  return text;
}

/// A user's inbox of 60 rows of every audience in 7 groups and none, some read, deleted or expired.
struct crowd {
  explicit crowd(fixture& where) : at(where) {
    const audience audiences[] = {{"ann"}, {}, {"", "clerk"}, {"", "", "s1"}, {"", "clerk", "s1"}};
    for (int i = 0; i < 60; ++i) {
      auto x = at.notice(audiences[dice() % 5], std::to_string(i));
      if (const auto group = dice() % 9; group < 7)
        x->group_key = "g" + std::to_string(group);
      x->type = static_cast<notification_type>(dice() % 3);
      x->priority = static_cast<priority>(dice() % 4);
      x->source = dice() % 2 ? "shop" : "till";
      if (dice() % 10 == 0)
        x->expires_at = at.now + seconds{1};
      all.push_back(std::move(x));
    }
    using rows = std::vector<std::shared_ptr<notification>>;
    at.commit({at.creation_of(rows{all.begin(), all.begin() + 20})});
    at.commit({at.marking_of(mark_kind::read_all, ann)});
    auto stranger = at.notice({"bob"}, "bob's");
    stranger->group_key = "g1";
    at.commit({at.creation_of(rows{all.begin() + 20, all.end()}), at.creation_of({stranger})});
    for (const auto kind : {mark_kind::read, mark_kind::remove}) {
      std::vector<notification_id> marked;
      for (int i = 0; i < 12; ++i)
        marked.push_back(all[dice() % all.size()]->id);
      at.commit({at.marking_of(kind, ann, marked)});
    }
    at.now += seconds{1};
  }

  std::string fold(int limit, const std::function<void(list_inbox&)>& filter) {
    std::string text;
    std::optional<std::int64_t> next;
    do {
      auto asked = list_of(ann, at.now);
      filter(asked);
      asked.fold = true;
      asked.limit = limit;
      asked.before = next;
      const auto page = at.ask(std::move(asked));
      for (const auto& x : page.items)
        text += text_of(x);
      next = page.next;
    } while (next);
    return text;
  }

  fixture& at;
  std::mt19937 dice{4711};
  principal_ptr ann = at.user("ann", {"clerk", "cook"}, {"s1", "s2"});
  std::vector<std::shared_ptr<notification>> all;
};

STORE_TEST(a_group_is_shown_by_its_newest_with_its_counts) {
  std::vector<std::shared_ptr<notification>> all;
  for (int i = 1; i <= 6; ++i)
    all.push_back(notice(i % 2 ? audience{"ann"} : audience{}, std::to_string(i)));
  for (const auto i : {0, 1, 3})
    all[static_cast<std::size_t>(i)]->group_key = "g";
  commit({creation_of(all)});
  commit({marking_of(mark_kind::read, user("ann"), {all[0]->id, all[5]->id})});
  auto asked = list_of(user("ann"), now);
  asked.fold = true;
  std::string text;
  for (const auto& x : ask(std::move(asked)).items)
    text += text_of(x);
  CAF_CHECK_EQUAL(text, "6*1/0 5*1/1 4*3/2 3*1/1 ");
  CAF_CHECK(!ask(list_of(user("ann"), now)).items[0].group);
}

STORE_TEST(a_folded_list_shows_each_group_once_whatever_the_page) {
  crowd full{*this};
  const std::function<void(list_inbox&)> filters[] = {
    [](list_inbox&) {},
    [](list_inbox& x) { x.is_read = false; },
    [](list_inbox& x) { x.is_read = true; },
    [](list_inbox& x) { x.type = notification_type::success; },
    [](list_inbox& x) { x.source = "till"; },
    [](list_inbox& x) { x.group_key = "g3"; },
    [](list_inbox& x) { x.priority = priority::high, x.is_read = false; }};
  for (const auto& filter : filters) {
    auto plain = list_of(full.ann, now);
    filter(plain);
    const auto wanted = folded(ask(std::move(plain)));
    CAF_CHECK(!wanted.empty());
    for (const auto limit : {1, 2, 3, 100})
      CAF_CHECK_EQUAL(full.fold(limit, filter), wanted);
  }
}

STORE_TEST(a_folded_list_is_paged_by_offset_as_well) {
  crowd full{*this};
  const auto whole = full.fold(100, [](list_inbox&) {});
  std::string text;
  for (int offset = 0;; offset += 3) {
    auto asked = list_of(full.ann, now);
    asked.fold = true;
    asked.limit = 3;
    asked.offset = offset;
    const auto page = ask(std::move(asked));
    for (const auto& x : page.items)
      text += text_of(x);
    if (!page.next)
      break;
  }
  CAF_CHECK_EQUAL(text, whole);
}

STORE_TEST(the_counts_of_an_inbox_are_those_of_its_list) {
  crowd full{*this};
  inbox_counts wanted;
  for (const auto& x : ask(list_of(full.ann, now)).items) {
    ++wanted.total;
    wanted.unread += x.read_at ? 0 : 1;
    ++wanted.by_type.at(static_cast<std::size_t>(x.what->type));
    ++wanted.by_priority.at(static_cast<std::size_t>(x.what->priority));
  }
  read_stats asked;
  asked.who = full.ann;
  asked.now = now;
  const auto stats = ask(std::move(asked));
  CAF_CHECK(wanted.unread > 0 && wanted.unread < wanted.total);
  CAF_CHECK_EQUAL(stats.own.total, wanted.total);
  CAF_CHECK_EQUAL(stats.own.unread, wanted.unread);
  CAF_CHECK_EQUAL(stats.own.unread, unread(full.ann));
  CAF_CHECK(stats.own.by_type == wanted.by_type);
  CAF_CHECK(stats.own.by_priority == wanted.by_priority);
  CAF_CHECK(!stats.deliveries);
}

STORE_TEST(an_empty_inbox_counts_nothing) {
  read_stats asked;
  asked.who = user("ann");
  asked.now = now;
  const auto own = ask(std::move(asked)).own;
  CAF_CHECK_EQUAL(own.total, 0);
  CAF_CHECK_EQUAL(own.unread, 0);
}

STORE_TEST(deliveries_are_counted_by_channel_and_state) {
  std::vector<std::shared_ptr<delivery>> hooks;
  for (int i = 0; i < 4; ++i)
    hooks.push_back(message("hook"));
  commit({creation_of(hooks), creation_of({message("mail")})});
  wish("hook", 3);
  within(*writer, [&](repository& x) { return x.claim(wishes, now); });
  commit({settlement_of(*hooks[0], delivery_status::delivered),
          settlement_of(*hooks[1], delivery_status::retrying)});
  const auto shown = in_flight->enter(*hooks[2]);
  auto late = notice({"ann"});
  late->deliver_at = now + seconds{60};
  commit({creation_of({notice({"ann"}), notice({"bob"})}), creation_of({std::move(late)})});
  read_stats asked;
  asked.who = user("root");
  asked.now = now;
  asked.deliveries = true;
  const auto counts = *ask(std::move(asked)).deliveries;
  // pending, delivering, retrying, delivered, dead, skipped, cancelled, failed
  const delivery_counts wanted{{"hook", {1, 1, 1, 1}}, {"mail", {1}}, {"system", {1, 0, 0, 2}}};
  CAF_CHECK(counts == wanted);
}
