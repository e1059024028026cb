#include "adapters/socketio/entrance.hpp"

#include <utility>

namespace carillon::socketio {

namespace {

client_ptr begin(live::shard& on, newcomer who) {
  auto made =
    std::make_shared<client>(on, std::move(who.with), std::move(who.from), std::move(who.stranger));
  made->begin();
  return made;
}

opening opening_of(live::departure what, std::string greeting) {
  return {std::move(what.over), std::move(what.seat), std::move(greeting),
          std::move(what.leftover)};
}

class session_takeover final : public live::takeover {
 public:
  session_takeover(newcomer who, std::string greeting)
      : who_(std::move(who)), greeting_(std::move(greeting)) {}

  void carry_out(live::shard& on, const live::live_services_ptr&, live::departure what) override {
    what.answered(101);
    begin(on, std::move(who_))->line().open(opening_of(std::move(what), std::move(greeting_)));
  }

 private:
  newcomer who_;
  std::string greeting_;
};

class transport_takeover final : public live::takeover {
 public:
  transport_takeover(client_ptr of, std::string greeting)
      : of_(std::move(of)), greeting_(std::move(greeting)) {}

  void carry_out(live::shard& on, const live::live_services_ptr&, live::departure what) override {
    auto& home = of_->home();
    if (&home != &on) {
      if (!what.over->move_to(home.context()))
        return;  // gone already
      what.seat = home.take_seat();
    }
    what.answered(101);
    home.post(
      [of = std::move(of_), with = opening_of(std::move(what), std::move(greeting_))]() mutable {
        of->line().upgrade(std::move(with));
      });
  }

 private:
  client_ptr of_;
  std::string greeting_;
};

}  // namespace

void begin_polling(live::shard& on, newcomer who, poll_answer to) {
  begin(on, std::move(who))->line().open(std::move(to));
}

live::takeover_ptr make_session(newcomer who, std::string greeting) {
  return std::make_unique<session_takeover>(std::move(who), std::move(greeting));
}

live::takeover_ptr make_upgrade(client_ptr of, std::string greeting) {
  return std::make_unique<transport_takeover>(std::move(of), std::move(greeting));
}

}  // namespace carillon::socketio
