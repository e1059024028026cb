// Templates: those that come with the program, their places, their versions.

message_template words_of(const std::string& code, const std::string& content,
                          const std::string& channel = "email") {
  message_template out;
  out.code = code;
  out.channel = channel;
  out.language = "en";
  out.title = "Title";
  out.content = content;
  out.html = "<b>{{x}}</b>";
  out.provider_template = "SMS_1";
  out.params = R"(["{{x}}"])";
  out.channels = {"email", "system"};
  out.priority = priority::high;
  out.payload_schema = R"({"type":"object"})";
  out.syntax = template_syntax::dollar;
  return out;
}

template <class Change>
unit_ptr templating_of(store_fixture& in, Change what) {
  auto x = std::make_shared<unit>();
  x->now = in.now;
  templating whole;
  whole.by = "ann";
  whole.changes.push_back(std::move(what));
  x->what = std::move(whole);
  return x;
}

/// Commits the change; the row it led to.
template <class Change>
template_ptr changed(store_fixture& in, Change what) {
  const auto x = templating_of(in, std::move(what));
  in.commit({x});
  return x->refused ? nullptr : std::get<templating>(x->what).done.rows.at(0).now;
}

template_ptr find(store_fixture& in, const template_id& id) {
  for (const auto& x : in.ask(read_templates{}))
    if (x->id == id)
      return x;
  return {};
}

std::vector<int> versions_of(store_fixture& in, const template_id& id) {
  std::vector<int> out;
  read_template_versions asked;
  asked.id = id;
  for (const auto& x : in.ask(std::move(asked)))
    out.push_back(x->version);
  return out;
}

STORE_TEST(templates_come_with_the_program_in_both_languages) {
  std::map<std::string, std::set<std::string>> languages;
  for (const auto& x : ask(read_templates{})) {
    languages[x->code].insert(x->language);
    CAF_CHECK(rules::compile_template(x).has_value());
    CAF_CHECK(x->enabled && x->updated_by.empty() && !x->title.empty() && !x->content.empty());
    const bool bettered = x->code.starts_with("admin.");
    CAF_CHECK(versions_of(*this, x->id) == (bettered ? std::vector{2, 1} : std::vector{1}));
  }
  CAF_CHECK_EQUAL(languages.size(), 42u);
  for (const auto& [code, all] : languages)
    CAF_CHECK(all == (std::set<std::string>{"en", "zh-CN"}));
}

STORE_TEST(a_template_comes_back_as_it_was) {
  const auto made = changed(*this, put_template{words_of("a", "one")});
  CAF_REQUIRE(made != nullptr);
  CAF_CHECK(made->version == 1 && made->updated_by == "ann" && made->created_at == now);
  CAF_CHECK(*find(*this, made->id) == *made);
}

STORE_TEST(the_same_place_takes_a_new_version) {
  const auto first = changed(*this, put_template{words_of("a", "one")});
  now += seconds{1};
  const auto second = changed(*this, put_template{words_of("a", "two")});
  CAF_CHECK(second->id == first->id && second->version == 2);
  CAF_CHECK(second->created_at == first->created_at && second->updated_at == now);
  CAF_CHECK(changed(*this, put_template{words_of("a", "x", "sms")})->id != first->id);
  CAF_CHECK(versions_of(*this, first->id) == (std::vector{2, 1}));
  const auto third = changed(*this, rollback_template{first->id, 1});
  CAF_CHECK(third->version == 3 && third->content == "one");
  CAF_CHECK(changed(*this, rollback_template{first->id, 9}) == nullptr);
}

STORE_TEST(a_template_moves_only_to_a_free_place) {
  const auto first = changed(*this, put_template{words_of("a", "one")});
  changed(*this, put_template{words_of("b", "other")});
  auto moved = *first;
  moved.code = "b";
  CAF_CHECK(changed(*this, replace_template{moved}) == nullptr);
  moved.code = "c";
  CAF_CHECK_EQUAL(changed(*this, replace_template{moved})->code, "c");
  moved.id = template_id{ids.next(now)};
  CAF_CHECK(changed(*this, replace_template{moved}) == nullptr);
}

STORE_TEST(a_template_is_switched_and_removed) {
  const auto made = changed(*this, put_template{words_of("a", "one")});
  CAF_CHECK(!changed(*this, enable_template{made->id, false})->enabled);
  CAF_CHECK(!find(*this, made->id)->enabled);
  // What it says is rolled back, not whether it is said.
  CAF_CHECK(!changed(*this, rollback_template{made->id, 1})->enabled);
  const auto gone = templating_of(*this, remove_template{made->id});
  commit({gone});
  CAF_CHECK(in<templating>(gone).done.rows.at(0).removed == made->id);
  CAF_CHECK(find(*this, made->id) == nullptr);
  read_template_versions asked;
  asked.id = made->id;
  CAF_CHECK(refusal_of(std::move(asked)) == errc::not_found);
  CAF_CHECK(changed(*this, remove_template{made->id}) == nullptr);
}

STORE_TEST(better_words_come_to_those_who_kept_the_program_s) {
  connection db{parse_url(store->url())};
  const auto row = [&](const std::string& code) {
    for (const auto& x : ask(read_templates{}))
      if (x->code == code && x->language == "en")
        return *x;
    return message_template{};
  };
  auto mine = row("admin.order_paid");
  mine.content = "Mine.";
  changed(*this, put_template{mine});
  changed(*this, rollback_template{row("admin.storage_failed").id, 1});
  changed(*this, enable_template{row("admin.user_registered").id, false});
  const auto better = row("admin.user_registered");
  // As it was before.
  db.command("delete from schema_migrations where name = '0019_ready_made_words'");
  db.command("delete from notification_template_versions where version = 2 and updated_by = ''");
  db.command(
    "update notification_templates set title = 'Old', content = 'Old.', payload_schema = '', "
    "version = 1 where code like 'admin.%' and updated_by = ''");
  CAF_CHECK(migrate(store->url()) == std::vector<std::string>{"0019_ready_made_words"});
  CAF_CHECK_EQUAL(row("admin.order_paid").content, "Mine.");
  CAF_CHECK_EQUAL(row("admin.storage_failed").version, 3);
  CAF_CHECK(row("admin.storage_failed").payload_schema.empty());
  const auto now_told = row("admin.user_registered");
  CAF_CHECK(now_told.content == better.content && !now_told.enabled && now_told.version == 2);
  CAF_CHECK(versions_of(*this, now_told.id) == (std::vector{2, 1}));
}
