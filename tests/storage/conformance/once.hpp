// What happens once: idempotent requests, dedupe keys, locks; and units that fail alone.

unit_ptr idempotent(unit_ptr x, const std::string& key, std::uint8_t body) {
  once<created> request;
  request.subject = "service:shop";
  request.method = "POST";
  request.path = "/api/v1/notifications";
  request.key = key;
  request.body_hash.fill(body);
  request.compose = [](const created& done) {
    return stored_answer{201, "seq " + std::to_string(done.notifications.at(0)->seq)};
  };
  in<creation>(x).idempotency = std::move(request);
  return x;
}

STORE_TEST(an_idempotent_request_is_answered_again_for_a_day) {
  const auto make = [&](std::uint8_t body) {
    return idempotent(creation_of({notice({"ann"})}), "k", body);
  };
  auto first = make(1);
  auto beside = make(1);
  auto other = make(2);
  commit({first, beside, other});
  CAF_CHECK(!in<creation>(first).done.replayed);
  CAF_CHECK_EQUAL(in<creation>(beside).done.replayed.value().body, "seq 1");
  CAF_CHECK(other->refused && other->refused->code == errc::invalid);
  auto later = make(1);
  auto wrong = make(3);
  commit({later, wrong});
  CAF_CHECK_EQUAL(in<creation>(later).done.replayed.value().status, 201);
  CAF_CHECK(wrong->refused.has_value());
  CAF_CHECK_EQUAL(count("notifications"), 1);
  now += std::chrono::hours{24};
  auto next_day = make(4);
  commit({next_day});
  CAF_CHECK(!next_day->refused && !in<creation>(next_day).done.replayed);
  CAF_CHECK_EQUAL(count("notifications"), 2);
}

STORE_TEST(a_dedupe_key_holds_for_a_day_and_its_audience) {
  const auto make = [&](const std::string& who, const std::string& title) {
    auto x = notice({who}, title);
    x->dedupe_key = "low-stock";
    return creation_of({x});
  };
  auto first = make("ann", "first");
  auto beside = make("ann", "beside");
  commit({first, beside});
  auto later = make("ann", "later");
  auto bob = make("bob", "bob");
  commit({later, bob});
  for (const auto& x : {beside, later}) {
    CAF_CHECK(in<creation>(x).done.duplicate.at(0));
    CAF_CHECK_EQUAL(in<creation>(x).done.notifications.at(0)->title, "first");
  }
  CAF_CHECK(!in<creation>(bob).done.duplicate.at(0));
  CAF_CHECK_EQUAL(count("notifications"), 2);
  now += std::chrono::hours{24};
  auto next_day = make("ann", "again");
  commit({next_day});
  CAF_CHECK(!in<creation>(next_day).done.duplicate.at(0));
}

STORE_TEST(a_duplicate_without_an_inbox_row_is_the_first_one_to_the_letter) {
  const auto make = [&](const std::string& title) {
    auto x = notice({"ann"}, title);
    x->dedupe_key = "low-stock";
    x->message = title + " message";
    x->type = title == "first" ? notification_type::warning : notification_type::error;
    x->priority = title == "first" ? priority::high : priority::low;
    x->extra_data = R"({"of":")" + title + R"("})";
    x->source = title + " source";
    x->created_at = now;
    x->expires_at = now + std::chrono::hours{title == "first" ? 1 : 2};
    auto out = creation_of({x});
    in<creation>(out).inbox = false;
    return out;
  };
  auto first = make("first");
  auto beside = make("beside");
  commit({first, beside});
  now += std::chrono::minutes{5};
  auto later = make("later");
  commit({later});
  const auto& said = *in<creation>(first).done.notifications.at(0);
  for (const auto& x : {beside, later}) {
    CAF_CHECK(in<creation>(x).done.duplicate.at(0));
    const auto& told = *in<creation>(x).done.notifications.at(0);
    CAF_CHECK(told.id == said.id && told.to == said.to);
    CAF_CHECK_EQUAL(told.title, "first");
    CAF_CHECK_EQUAL(told.message, "first message");
    CAF_CHECK(told.type == notification_type::warning && told.priority == priority::high);
    CAF_CHECK_EQUAL(told.extra_data, R"({"of":"first"})");
    CAF_CHECK_EQUAL(told.source, "first source");
    CAF_CHECK(told.created_at == said.created_at && told.expires_at == said.expires_at);
  }
  CAF_CHECK_EQUAL(count("notifications"), 0);
}

struct once_fixture : fixture {
  unit_ptr event_of(std::vector<std::string> channels, const std::string& entity,
                    milliseconds lock_for = milliseconds{0}) {
    auto x = std::make_shared<unit>();
    x->now = now;
    acceptance what;
    what.what.id = {ids.next(now)};
    what.what.type = "stock.low";
    what.what.entity_id = entity;
    what.what.recipients = {"ann"};
    what.what.created_at = what.what.occurred_at = now;
    for (const auto& name : channels) {
      planned one;
      one.channel = name;
      one.recipient = "ann";
      one.lock_for = lock_for;
      if (name == "system") {
        one.inbox = notice({"ann"}, "low");
        one.inbox->event = what.what.id;
      } else {
        one.delivery = message(name);
        one.delivery->event = what.what.id;
      }
      what.plan.push_back(std::move(one));
    }
    x->what = std::move(what);
    return x;
  }
};

#define ONCE_TEST(name) STORE_TEST_IN(once_fixture, name)

ONCE_TEST(an_event_of_which_everything_is_locked_is_a_duplicate) {
  auto first = event_of({"system", "log"}, "sku-1");
  auto beside = event_of({"system", "log"}, "sku-1");
  const auto made = commit({first, beside});
  const auto id = in<acceptance>(first).done.id;
  CAF_CHECK_EQUAL(made.visible.size(), 1u);
  CAF_CHECK(in<acceptance>(first).done.deliveries.at(0)->status == delivery_status::delivered);
  auto later = event_of({"log", "system"}, "sku-1");
  commit({later});
  for (const auto& x : {beside, later}) {
    CAF_CHECK(in<acceptance>(x).done.duplicate && in<acceptance>(x).done.id == id);
    CAF_CHECK(in<acceptance>(x).done.deliveries.empty());
  }
  auto other = event_of({"system", "log"}, "sku-2");
  commit({other});
  CAF_CHECK(!in<acceptance>(other).done.duplicate);
  CAF_CHECK_EQUAL(count("notification_events"), 2);
  CAF_CHECK_EQUAL(count("notification_deliveries"), 2);
}

ONCE_TEST(what_is_locked_of_an_event_is_skipped) {
  commit({event_of({"log"}, "sku-1")});
  auto x = event_of({"log", "mail"}, "sku-1");
  commit({x});
  const auto& done = in<acceptance>(x).done;
  CAF_CHECK(!done.duplicate && done.id == in<acceptance>(x).what.id);
  CAF_CHECK(done.deliveries.at(0)->status == delivery_status::skipped);
  CAF_CHECK_EQUAL(done.deliveries.at(0)->reason, "duplicate");
  CAF_CHECK(done.deliveries.at(1)->status == delivery_status::pending);
  CAF_CHECK_EQUAL(count("notification_deliveries where status = 'skipped'"), 1);
}

ONCE_TEST(a_lock_ends_and_an_event_without_entity_takes_none) {
  commit({event_of({"log"}, "sku-1", seconds{10})});
  now += seconds{10};
  auto again = event_of({"log"}, "sku-1", seconds{10});
  auto free = event_of({"log"}, "");
  auto as_free = event_of({"log"}, "");
  commit({again, free, as_free});
  for (const auto& x : {again, free, as_free})
    CAF_CHECK(!in<acceptance>(x).done.duplicate);
  CAF_CHECK_EQUAL(count("notification_locks"), 1);
}

ONCE_TEST(an_event_whose_key_was_used_is_foretold_as_a_duplicate) {
  const auto keyed = [&](const std::string& subject, std::uint8_t body) {
    const auto x = event_of({"system", "log"}, "");
    auto& refused = in<acceptance>(x).plan.emplace_back();
    refused.delivery = message("mail");
    refused.delivery->status = delivery_status::failed;
    refused.delivery->reason = "schema";
    auto& request = in<acceptance>(x).idempotency.emplace();
    request.subject = subject;
    request.method = "POST";
    request.path = "/api/v1/events";
    request.key = "k";
    request.body_hash.fill(body);
    request.compose = [](const accepted&) { return stored_answer{202, "{}"}; };
    return x;
  };
  const auto question = [&](const std::string& subject, std::uint8_t body) {
    foresee asked;
    asked.what = std::make_shared<acceptance>(std::move(in<acceptance>(keyed(subject, body))));
    asked.now = now;
    return asked;
  };
  const auto foretold = [&](const std::string& subject) {
    const auto told = ask(question(subject, 1));
    std::string out = std::to_string(told->plan.size());
    for (const auto& one : told->done.deliveries)
      out += ' ' + std::string{to_string(one->status)} + ' ' + one->reason;
    return out;
  };
  const std::string new_one = "2 delivered  pending  failed schema";
  CAF_CHECK_EQUAL(foretold("service:shop"), new_one);
  CAF_CHECK_EQUAL(count("idempotency_keys"), 0);
  commit({keyed("service:shop", 1)});
  CAF_CHECK_EQUAL(foretold("service:shop"),
                  "0 skipped duplicate skipped duplicate skipped duplicate");
  CAF_CHECK(refusal_of(question("service:shop", 2)) == errc::invalid);
  CAF_CHECK_EQUAL(foretold("service:mall"), new_one);
  now += std::chrono::hours{24};
  CAF_CHECK_EQUAL(foretold("service:shop"), new_one);
}

STORE_TEST(a_guilty_unit_fails_alone_behind_its_savepoint) {
  const auto twice = notice({"ann"}, "twice");
  auto good = creation_of({notice({"ann"}, "good")});
  auto guilty = creation_of({twice, twice});
  auto after = creation_of({notice({"ann"}, "after")});
  CAF_CHECK(throws<unit_failure>([&] { commit({good, guilty, after}); }));
  CAF_CHECK_EQUAL(count("notifications"), 0);
  effects out;
  writer->begin(++batch);
  for (const auto& x : {good, guilty, after}) {
    writer->savepoint();
    try {
      out.merge(writer->apply(std::vector<unit_ptr>{x}, wishes));
      writer->release_savepoint();
    } catch (const unit_failure&) {
      writer->rollback_to_savepoint();
      CAF_CHECK(x == guilty);
    }
  }
  writer->commit();
  CAF_REQUIRE_EQUAL(out.visible.size(), 2u);
  CAF_CHECK(out.visible[0]->seq == 1 && out.visible[1]->seq == 2);
  CAF_CHECK(titles(user("ann")) == (std::vector<std::string>{"after", "good"}));
}
