#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/receiver.hpp"
#include "tests/bench/token.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::bench {

namespace {

constexpr double longest_run = 300;

/// One measurement: events with and without somebody who takes them, and what was stored.
class hook_measurement {
 public:
  explicit hook_measurement(const webhooks& how)
      : how_(how), sink_(loop_, [this](std::string_view) {
          if (received_++ == 0)
            first_ = clock::now();
          return receiver::manner::accepts;
        }) {}

  std::uint16_t port() const { return sink_.port(); }

  void connect(std::uint16_t port, int pid, std::string_view secret) {
    pid_ = pid;
    token_ = publisher_token(secret);
    for (int i = 0; i < how_.producers; ++i) {
      producers_.push_back(std::make_unique<producer>(port, answered_));
      loop_.add(producers_.back()->socket(), *producers_.back());
    }
  }

  /// Events are posted while they are delivered.
  void together() {
    begin();
    post_all();
    until([this] { return received_ == how_.events; });
    print("webhooks", static_cast<double>(how_.events) / seconds_since(first_));
  }

  /// Events are posted and stay in storage.
  void store() {
    begin();
    post_all();
    until([this] { return accepted_ == how_.events; });
    print("webhooks_stored", static_cast<double>(how_.events) / seconds_since(start_));
  }

  /// What is stored is delivered, and nobody posts.
  void drain() {
    begin();
    until([this] { return received_ == how_.events; });
    print("webhooks_drained", static_cast<double>(how_.events) / seconds_since(first_));
  }

 private:
  void begin() {
    sent_ = accepted_ = received_ = 0;
    cpu_ = cpu_seconds(pid_);
    start_ = clock::now();
  }

  void post_all() {
    for (auto& one : producers_)
      send(*one);
  }

  void send(producer& who) {
    const auto body = R"({"type":"bench.event","data":{"title":"t","message":"m","n":)"
                      + std::to_string(sent_++) + "}}";
    who.send(post_request("/api/v1/events", token_, body));
  }

  template <class Condition>
  void until(Condition done) {
    while (!done()) {
      loop_.turn(1000);
      if (seconds_since(start_) > longest_run)
        throw std::runtime_error("not everything was delivered within 300 s");
    }
  }

  void print(const char* figure, double per_second) {
    std::printf(R"({"figure":"%s","events":%d,"delivered":%d,"per_second":%.0f,)"
                R"("cpu_us_each":%.1f})"
                "\n",
                figure, how_.events, received_, per_second,
                (cpu_seconds(pid_) - cpu_) / how_.events * 1e6);
    std::fflush(stdout);
  }

  webhooks how_;
  poller loop_;
  receiver sink_;
  int pid_ = 0;
  std::string token_;
  producer::on_answer answered_ = [this](producer& who, int status, std::string_view body) {
    if (status != 202)
      throw std::runtime_error("an event was answered " + std::to_string(status) + " "
                               + std::string{body});
    ++accepted_;
    if (sent_ < how_.events)
      send(who);
  };
  std::vector<std::unique_ptr<producer>> producers_;
  int sent_ = 0;
  int accepted_ = 0;
  int received_ = 0;
  double cpu_ = 0;
  clock::time_point start_{};
  clock::time_point first_{};
};

}  // namespace

void run(const target& to, const webhooks& how) {
  hook_measurement all{how};
  std::printf("%d\n", all.port());
  std::fflush(stdout);
  int port = 0;
  int pid = 0;
  if (std::scanf("%d %d", &port, &pid) != 2)
    throw std::runtime_error("no port and process of the engine came in");
  all.connect(static_cast<std::uint16_t>(port), pid, to.secret);
  all.together();
  char word[16];
  while (std::scanf("%15s", word) == 1) {
    if (std::string_view{word} == "store")
      all.store();
    else
      all.drain();
  }
}

}  // namespace carillon::bench
