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

class session_takeover final : public live::takeover {
 public:
  session_takeover(newcomer who, std::string greeting)
      : who_(std::move(who)), greeting_(std::move(greeting)) {}

  int status() const noexcept override { return 101; }

  void carry_out(live::shard& on, const live::live_services_ptr&, stream_ptr over,
                 live::shard::seat seat, std::string leftover, live::takeover_refused) override {
    begin(on, std::move(who_))
      ->line()
      .open({std::move(over), std::move(seat), std::move(greeting_), std::move(leftover)});
  }

 private:
  newcomer who_;
  std::string greeting_;
};

class transport_takeover final : public live::takeover {
 public:
  transport_takeover(client_ptr of, std::string greeting)
      : of_(std::move(of)), greeting_(std::move(greeting)) {}

  int status() const noexcept override { return 101; }

  void carry_out(live::shard& on, const live::live_services_ptr&, stream_ptr over,
                 live::shard::seat seat, std::string leftover, live::takeover_refused) override {
    auto& home = of_->home();
    if (&home != &on) {
      if (!over->move_to(home.context()))
        return;  // gone already
      seat = home.take_seat();
    }
    home.post(
      [of = std::move(of_), with = opening{std::move(over), std::move(seat), std::move(greeting_),
                                           std::move(leftover)}]() mutable {
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
