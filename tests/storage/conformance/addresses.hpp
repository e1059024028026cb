// What providers say of addresses, applied to what is stored of people.

struct stored_addresses : fixture {
  stored_addresses() {
    if (!ready)
      return;
    put(
      {.user_id = "ann", .addresses = {{"push", "T"}, {"ios", "T"}, {"mail", "ann@example.org"}}});
    put({.user_id = "bob", .addresses = {{"push", "T"}}});
    put({.user_id = "carl", .addresses = {{"push", "t"}}});
    wish("push", 100);
  }

  void put(recipient_record who) {
    auto x = std::make_shared<unit>();
    x->now = now;
    x->what = administration{.changes = {put_recipient{std::move(who)}}};
    commit({x});
  }

  /// How a delivery ended whose one attempt was told that; not committed yet.
  unit_ptr told(address_change what, const std::string& channel = "push") {
    const auto x = message(channel);
    commit({creation_of({x})});
    auto end = settlement_of(*x, delivery_status::dead);
    in<settlement>(end).attempt.provider_code = "410";
    in<settlement>(end).attempt.address = std::move(what);
    return end;
  }

  /// The addresses of a person, as `channel=address `.
  std::string of(const std::string& user) {
    std::string out;
    for (const auto& [channel, address] : ask(get_recipient{user}).addresses)
      out.append(channel).append("=").append(address).append(" ");
    return out;
  }

  std::vector<audit_entry> lines() { return ask(list_audit{.limit = 10}).items; }
};

STORE_TEST_IN(stored_addresses, an_address_that_is_gone_is_deleted_on_its_channel_alone) {
  const auto end = told({"T", {}, now});
  commit({end});
  CAF_CHECK_EQUAL(of("ann"), "ios=T mail=ann@example.org ");
  CAF_CHECK_EQUAL(of("bob"), "");
  CAF_CHECK_EQUAL(of("carl"), "push=t ");
  const auto all = lines();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  std::set<std::string> people;
  for (const auto& x : all) {
    CAF_CHECK_EQUAL(x.subject, "channel:push");
    CAF_CHECK_EQUAL(x.action, "recipient.address.delete");
    CAF_CHECK(x.at == now);
    CAF_CHECK_EQUAL(x.detail, R"({"delivery_id":")" + to_text(in<settlement>(end).delivery->id)
                                + R"(","provider_code":"410"})");
    people.insert(x.object);
  }
  CAF_CHECK(people == (std::set<std::string>{"ann", "bob"}));
}

STORE_TEST_IN(stored_addresses, an_address_that_was_stored_later_stays) {
  const auto until = now;
  now += seconds{1};
  put({.user_id = "bob", .addresses = {{"push", "T"}}});
  commit({told({"T", {}, until}), told({"T", {}, until - seconds{1}})});
  CAF_CHECK_EQUAL(of("ann"), "ios=T mail=ann@example.org ");
  CAF_CHECK_EQUAL(of("bob"), "push=T ");
  CAF_CHECK_EQUAL(lines().size(), 1u);
}

STORE_TEST_IN(stored_addresses, what_was_told_before_changes_nothing_any_more) {
  const auto end = told({"T", {}, now});
  commit({end});
  put({.user_id = "bob", .addresses = {{"push", "T"}}});
  commit({end});
  CAF_CHECK_EQUAL(of("bob"), "push=T ");
  CAF_CHECK_EQUAL(lines().size(), 2u);
}

STORE_TEST_IN(stored_addresses, an_address_that_has_moved_is_replaced_by_a_try_that_went_before) {
  const auto end = told({});
  auto& what = in<settlement>(end);
  what.attempt.address.reset();
  what.attempt.number = 2;
  what.earlier = {{.number = 1, .started_at = now, .address = address_change{"T", "T-new", now}}};
  commit({end});
  CAF_CHECK_EQUAL(of("ann"), "ios=T mail=ann@example.org push=T-new ");
  CAF_CHECK_EQUAL(of("bob"), "push=T-new ");
  CAF_CHECK_EQUAL(of("carl"), "push=t ");
  CAF_CHECK_EQUAL(ask(gather_facts{.user_ids = {"bob"}}).at("bob").addresses.at("push"), "T-new");
  const auto all = lines();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all[0].action, "recipient.address.replace");
}

STORE_TEST_IN(stored_addresses, an_address_that_has_moved_may_be_gone_where_it_moved_to) {
  const auto end = told({"T-new", {}, now});
  auto& what = in<settlement>(end);
  what.attempt.number = 2;
  what.earlier = {{.number = 1, .started_at = now, .address = address_change{"T", "T-new", now}}};
  commit({end});
  CAF_CHECK_EQUAL(of("bob"), "");
  CAF_CHECK_EQUAL(lines().size(), 4u);
}

STORE_TEST_IN(stored_addresses, an_address_that_many_were_told_of_goes_once) {
  std::vector<unit_ptr> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(told({"T", {}, now}));
  all.push_back(told({"T", {}, now}, "mail"));
  wish("mail", 100);
  commit(all);
  CAF_CHECK_EQUAL(of("ann"), "ios=T mail=ann@example.org ");
  CAF_CHECK_EQUAL(lines().size(), 2u);
}

STORE_TEST_IN(stored_addresses, a_rollback_leaves_addresses_as_they_were) {
  const auto end = told({"T", {}, now});
  writer->begin(++batch);
  writer->apply(std::vector<unit_ptr>{end}, wishes);
  writer->rollback();
  CAF_CHECK_EQUAL(of("bob"), "push=T ");
  CAF_CHECK(lines().empty());
  commit({end});
  CAF_CHECK_EQUAL(of("bob"), "");
}
