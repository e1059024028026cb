#include "tests/actors/writing.hpp"

namespace carillon::tests {

namespace {

std::string name_of(errc x) {
  switch (x) {
    case errc::invalid:
      return "invalid";
    case errc::unavailable:
      return "unavailable";
    case errc::internal:
      return "internal";
    default:
      return "another error";
  }
}

}  // namespace

writing::writing() {
  supervisor = sys.spawn([this]() -> supervisor_actor::behavior_type {
    return {[this](const child_failed& x) { failures.push_back(x.what); }};
  });
  known->presence = sys.spawn([this]() -> presence_actor::behavior_type {
    return {
      [this](const released_ptr& x) {
        for (auto& what : x->notifications)
          heard.push_back("released " + what->title + " " + std::to_string(what->seq));
      },
      [this](const inbox_change_ptr& x) { heard.push_back("changed " + x->user_id); },
      [this](const preferences_change_ptr& x) { heard.push_back("prefers " + x->user_id); },
      [](const personal_event_ptr&) {},
      [](const attach&) {},
      [](const detach&) {},
      [](room) {},
      [this](reread) { heard.emplace_back("reread"); },
      [](const close_all&) {},
      [](const list_online&) {},
    };
  });
  known->scheduler = sys.spawn([this]() -> retry_scheduler_actor::behavior_type {
    return {[this](const arm& x) {
      heard.push_back("armed " + x.key.channel + " " + std::to_string(to_millis(x.at)));
    }};
  });
  known->watchdog = sys.spawn([this]() -> watchdog_actor::behavior_type {
    return {
      [this](const recount& x) { heard.push_back("recount " + std::to_string(x.counts->size())); },
      [this](const tallies_ptr& x) { heard.push_back("tallies " + std::to_string(x->size())); },
      [this](const channel_news& x) {
        if (auto* what = std::get_if<failed_over>(&x.what))
          heard.push_back("failed over " + what->channel + " to " + what->to);
      },
    };
  });
  sender = sys.spawn([this]() -> sender_actor::behavior_type {
    return {
      [this](const handover_ptr& x) {
        heard.push_back("handed " + std::to_string(x->deliveries.size()) + " of wish "
                        + std::to_string(x->generation));
      },
      [](const exchange_ptr&) {},
      [](const settled&) {},
      [this](wish_again) { heard.emplace_back("wish again"); },
      [](const side_exchange_ptr&) {},
      [](const channel_order&) {},
      [](const drain&) {},
      [](const withdraw&) {},
    };
  });
  dut = spawn();
  settle();
}

persistence_actor writing::spawn() {
  return spawn_persistence(
    sys, supervisor, gauges, known, std::make_unique<scripted_store>(store),
    [] { return timestamp{milliseconds{1'700'000'000'000}}; }, health, false);
}

writing::~writing() {
  no_more_faults();
  store->before = nullptr;
  caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(sender, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(known->presence, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(known->scheduler, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(known->watchdog, caf::exit_reason::user_shutdown);
  settle();
}

void writing::pass(milliseconds time) {
  constexpr milliseconds step{50};
  for (; time > milliseconds{0}; time -= step) {
    advance_time(std::min(time, step));
    settle();
  }
}

std::shared_ptr<notification> writing::titled(const std::string& title) {
  auto made = std::make_shared<notification>();
  made->title = title;
  return made;
}

std::shared_ptr<delivery> writing::on(const std::string& channel) {
  auto made = std::make_shared<delivery>();
  made->channel = channel;
  return made;
}

template <class T>
answer<T> writing::noted(const std::string& label) {
  return answer<T>{[this, label](const result<T>& x) {
    if (x)
      answers[label] = "committed";
    else
      answers[label] = name_of(x.error().code);
    if constexpr (std::is_same_v<T, bool>)
      if (x && !*x)
        answers[label] = "tell again";
    if (!x)
      errors[label] = x.error();
  }};
}

void writing::post(const std::string& title, std::vector<std::shared_ptr<delivery>> deliveries) {
  auto made = std::make_shared<unit>();
  made->what = creation{.notifications = {titled(title)},
                        .deliveries = std::move(deliveries),
                        .reply = noted<created>(title)};
  self->send(dut, std::move(made));
}

void writing::mark(const std::string& user) {
  auto who = std::make_shared<principal>();
  who->subject = user;
  auto made = std::make_shared<unit>();
  made->what = marking{.who = std::move(who), .reply = noted<marked>(user)};
  self->send(dut, std::move(made));
}

void writing::prefer(const std::string& user) {
  auto made = std::make_shared<unit>();
  made->what = preferring{.user_id = user, .reply = noted<preferences_version>(user)};
  self->send(dut, std::move(made));
}

void writing::report(const std::string& channel) {
  auto made = std::make_shared<unit>();
  made->what = settlement{.delivery = on(channel), .reply = noted<bool>(channel)};
  self->send(dut, std::move(made));
}

void writing::wish(const std::string& channel, std::uint32_t n, bool fresh,
                   std::vector<delivery_id> held) {
  auto made = std::make_shared<want>();
  made->channel = channel;
  made->sender = sender;
  made->generation = 7;
  made->room = {0, n, 0, 0};
  made->fresh = fresh;
  made->held = std::move(held);
  self->send(dut, want_ptr{std::move(made)});
}

void writing::close() {
  auto reply = std::make_shared<answer<bool>>([this](const result<bool>& x) { closed = x && *x; });
  self->send(dut, close_store{std::move(reply)});
}

std::string writing::answer_to(const std::string& title) const {
  auto found = answers.find(title);
  return found == answers.end() ? std::string{} : found->second;
}

bool writing::told(const std::string& what) const {
  return std::ranges::find(heard, what) != heard.end();
}

bool writing::ended() {
  caf::scoped_actor mourner{sys};
  mourner->monitor(dut);
  settle();
  bool failed = false;
  if (mourner->has_next_message())
    mourner->receive([&](caf::down_msg& x) { failed = x.reason == caf::sec::runtime_error; });
  return failed;
}

}  // namespace carillon::tests
