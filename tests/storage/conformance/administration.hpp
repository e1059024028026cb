// What operators change: channels, settings, people, and the log of it.

unit_ptr changing(store_fixture& in, decltype(administration::changes) what,
                  std::vector<audit_entry> audit = {}) {
  auto x = std::make_shared<unit>();
  x->now = in.now;
  administration change;
  change.changes = std::move(what);
  x->what = std::move(change);
  x->audit = std::move(audit);
  return x;
}

recipient_record person(std::string id) {
  return {.user_id = std::move(id),
          .addresses = {{"email", "ann@example.org"}, {"sms", "+4912345"}},
          .roles = {"cook", "chef"},
          .stores = {"s1"},
          .locale = "de",
          .time_zone = "Europe/Berlin"};
}

STORE_TEST(a_channel_s_override_stays_until_it_is_dropped) {
  commit({changing(*this, {override_channel{"sms", R"({"rate":"5/s"})"}})});
  commit({changing(*this, {override_channel{"mail", "{}"}, pause_channel{"mail"}})});
  auto all = ask(read_channels{});
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(all[0].name == "mail" && all[0].settings == "{}" && all[0].paused_at == now);
  CAF_CHECK(all[1].name == "sms" && all[1].settings == R"({"rate":"5/s"})" && !all[1].paused_at);
  commit({changing(*this, {override_channel{"sms", {}}, override_channel{"mail", {}}})});
  all = ask(read_channels{});
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all[0].name == "mail" && all[0].settings.empty() && all[0].paused_at == now);
  commit({changing(*this, {pause_channel{"mail", false}})});
  CAF_CHECK(ask(read_channels{}).empty());
}

STORE_TEST(dropping_an_override_that_is_not_there_is_refused_and_not_logged) {
  const auto x = changing(*this, {pause_channel{"mail"}, override_channel{"sms", {}}},
                          {{.subject = "ann", .action = "channel.delete", .object = "sms"}});
  commit({x});
  CAF_REQUIRE(x->refused.has_value());
  CAF_CHECK(x->refused->code == errc::not_found);
  CAF_CHECK(ask(read_channels{}).empty());
  CAF_CHECK_EQUAL(count("audit_log"), 0);
}

STORE_TEST(a_broken_channel_is_so_until_it_is_configured) {
  commit({changing(*this, {break_channel{"sms", true, "401"}})});
  const auto since = now;
  now += seconds{5};
  commit({changing(*this, {pause_channel{"sms"}})});
  auto all = ask(read_channels{});
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all[0].broken_at == since && all[0].broken_why == "401" && all[0].paused_at == now);
  commit({changing(*this, {override_channel{"sms", "{}"}})});
  all = ask(read_channels{});
  CAF_CHECK(!all[0].broken_at && all[0].broken_why.empty() && all[0].paused_at == now);
}

STORE_TEST(settings_come_back_and_go) {
  commit({changing(*this, {override_setting{"log.level", R"({"value":"debug"})"},
                           override_setting{"server.shutdown_seconds", R"({"value":3})"}})});
  commit({changing(*this, {override_setting{"log.level", R"({"value":"warn"})"},
                           override_setting{"server.shutdown_seconds", {}}})});
  const std::map<std::string, std::string> left{{"log.level", R"({"value":"warn"})"}};
  CAF_CHECK(ask(read_settings{}) == left);
}

STORE_TEST(a_person_comes_back_as_stored) {
  commit({changing(*this, {put_recipient{person("ann")}, put_recipient{person("bob")}})});
  CAF_CHECK(ask(get_recipient{"ann"}) == person("ann"));
  auto moved = person("ann");
  moved.addresses = {{"telegram", "77"}};
  moved.roles.clear();
  moved.time_zone.clear();
  commit({changing(*this, {put_recipient{moved}})});
  CAF_CHECK(ask(get_recipient{"ann"}) == moved);
  CAF_CHECK(ask(get_recipient{"bob"}) == person("bob"));
  gather_facts asked;
  asked.user_ids = {"ann"};
  const auto known = ask(std::move(asked));
  CAF_CHECK_EQUAL(known.at("ann").addresses.at("telegram"), "77");
}

STORE_TEST(of_a_person_who_is_named_twice_the_last_counts) {
  auto last = person("ann");
  last.locale = "fr";
  commit({changing(*this, {put_recipient{person("ann")}, put_recipient{last}})});
  CAF_CHECK(ask(get_recipient{"ann"}) == last);
  commit({changing(*this, {put_recipient{person("ann")}}), changing(*this, {put_recipient{last}})});
  CAF_CHECK(ask(get_recipient{"ann"}) == last);
}

STORE_TEST(a_person_is_forgotten_with_their_addresses) {
  commit({changing(*this, {put_recipient{person("ann")}})});
  commit({changing(*this, {remove_recipient{"ann"}})});
  CAF_CHECK(refusal_of(get_recipient{"ann"}) == errc::not_found);
  CAF_CHECK_EQUAL(count("recipient_addresses"), 0);
  const auto again = changing(*this, {remove_recipient{"ann"}});
  commit({again});
  CAF_CHECK(again->refused && again->refused->code == errc::not_found);
}

STORE_TEST(the_audit_log_is_read_newest_first_in_pages) {
  const auto line = [](std::string action, std::string object) {
    return audit_entry{.subject = "ann",
                       .action = std::move(action),
                       .object = std::move(object),
                       .detail = R"({"n":1})"};
  };
  commit(
    {changing(*this, {}, {line("a", "1"), line("b", "2")}), changing(*this, {}, {line("a", "3")})});
  now += seconds{60};
  commit({changing(*this, {}, {line("c", "4")})});
  list_audit asked;
  asked.limit = 3;
  const auto page = ask(std::move(asked));
  CAF_REQUIRE_EQUAL(page.items.size(), 3u);
  CAF_CHECK(page.items[0].object == "4" && page.items[0].at == now);
  CAF_CHECK(page.items[0].subject == "ann" && page.items[0].detail == R"({"n":1})");
  CAF_CHECK(page.items[1].object == "3" && page.items[2].object == "2");
  CAF_REQUIRE(page.next.has_value());
  list_audit rest;
  rest.before = page.next;
  const auto last = ask(std::move(rest));
  CAF_REQUIRE_EQUAL(last.items.size(), 1u);
  CAF_CHECK(last.items[0].object == "1" && !last.next);
  list_audit some;
  some.action = "a";
  some.until = now;
  CAF_CHECK_EQUAL(ask(std::move(some)).items.size(), 2u);
}

STORE_TEST(a_rollback_leaves_no_line_in_the_audit_log) {
  writer->begin(++batch);
  writer->apply(std::vector<unit_ptr>{changing(*this, {pause_channel{"sms"}},
                                               {{.subject = "ann", .action = "channel.pause"}})},
                wishes);
  writer->rollback();
  CAF_CHECK_EQUAL(count("audit_log"), 0);
}

STORE_TEST(when_a_channel_last_used_its_rate_can_be_asked) {
  CAF_CHECK(!ask(read_channel_history{"log"}).last_use);
  wish("log", 5);
  const auto x = message("log");
  commit({creation_of({x})});
  within(*writer, [&](repository& r) { return r.claim(wishes, now); });
  commit({settlement_of(*x, delivery_status::delivered)});
  CAF_CHECK(ask(read_channel_history{"log"}).last_use == now);
}
