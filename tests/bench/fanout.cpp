#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/message.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/stalled.hpp"
#include "tests/bench/subscriber.hpp"
#include "tests/bench/token.hpp"

#include <cstdio>
#include <deque>
#include <memory>
#include <stdexcept>
#include <vector>

namespace carillon::bench {

namespace {

/// After this part of the rounds the queues of stalled clients pass their bound: late enough that
/// the engine still waits for them to take its last words when they read at the end.
constexpr double stalled_last = 0.9;

/// One measurement: rounds are published while fewer than `in_flight` are on their way to all.
class measurement {
 public:
  measurement(const target& to, const fanout& how) : to_(to), how_(how) {
    connect();
    learn_size();
    if (how_.stalled > 0) {
      stalled_ = std::make_unique<stalled_clients>(to_, how_.stalled);
      stalled_->fill(
        static_cast<std::size_t>(stalled_last * how_.rounds * static_cast<double>(frame_bytes_)));
      base_ = -1;
      base_round_ = next_;
    }
  }

  void measure() {
    auto first = next_;
    auto cpu = cpu_seconds(how_.pid);
    auto start = clock::now();
    while (complete_ < first + how_.rounds) {
      publish_allowed(first + how_.rounds);
      loop_.turn(1000);
      check_progress(start);
    }
    elapsed_ = seconds_since(start);
    cpu_ = cpu_seconds(how_.pid) - cpu;
    if (stalled_)
      closed_ = stalled_->read_to_the_end();
  }

  void print() {
    auto wanted = static_cast<std::int64_t>(how_.connections) * how_.rounds;
    auto n = static_cast<double>(latencies_.size());
    std::printf(R"({"figure":"fanout","peer":"%s","form":"%s","connections":%d,"in_flight":%d,)"
                R"("rounds":%d,"stalled":%d,"closed_1013":%d,"cpu_us_per_delivery":%.3f,)"
                R"("deliveries":%lld,"wanted":%lld,"gaps":%lld,"repeats":%lld,"frame_bytes":%d,)"
                R"("per_second":%.0f,"p50_ms":%.3f,"p99_ms":%.3f})"
                "\n",
                to_.nchan ? "nchan" : "carillon", how_.form.c_str(), how_.connections,
                how_.in_flight, how_.rounds, how_.stalled, closed_, cpu_ / n * 1e6,
                static_cast<long long>(latencies_.size()), static_cast<long long>(wanted),
                static_cast<long long>(gaps_), static_cast<long long>(repeats_), frame_bytes_,
                n / elapsed_, percentile(latencies_, 0.5) / 1000,
                percentile(latencies_, 0.99) / 1000);
  }

 private:
  void connect() {
    subscribers_.reserve(static_cast<std::size_t>(how_.connections));
    for (std::size_t i = 0; i < static_cast<std::size_t>(how_.connections); ++i) {
      auto how = to_.nchan ? dialect{.target = "/sub"}
                           : live_stream(to_, how_.form, "bench-" + std::to_string(i));
      subscribers_.push_back(std::make_unique<subscriber>(i, to_.port, how, on_text_));
      loop_.add(subscribers_.back()->socket(), *subscribers_.back());
    }
    for (int i = 0; i < how_.in_flight; ++i) {
      producers_.push_back(std::make_unique<producer>(to_.port, on_answer_));
      loop_.add(producers_.back()->socket(), *producers_.back());
    }
    last_.assign(subscribers_.size(), -1);
    token_ = to_.nchan ? "" : publisher_token(to_.secret);
  }

  /// Publishes one round to learn how long a frame is, then fills the message to the size asked.
  void learn_size() {
    warm_up();
    if (how_.frame_bytes > 0 && frame_bytes_ > how_.frame_bytes)
      throw std::runtime_error("an empty message is longer than the frame asked for");
    // Twice: the frame's own head grows with it.
    for (int i = 0; how_.frame_bytes > 0 && i < 2; ++i) {
      filler_.resize(filler_.size() + static_cast<std::size_t>(how_.frame_bytes - frame_bytes_),
                     'x');
      warm_up();
    }
    latencies_.clear();
    latencies_.reserve(static_cast<std::size_t>(how_.connections) * how_.rounds);
  }

  void warm_up() {
    auto end = next_ + 1;
    auto start = clock::now();
    while (complete_ < end) {
      publish_allowed(end);
      loop_.turn(1000);
      check_progress(start);
    }
  }

  void publish_allowed(std::int64_t end) {
    for (auto& one : producers_)
      if (!one->busy() && next_ < end && next_ - complete_ < how_.in_flight) {
        started_.push_back(clock::now());
        received_.push_back(0);
        one->send(request());
        ++next_;
      }
  }

  /// Nchan sends on what it gets, so it gets what the engine sends: the same bytes.
  std::string request() const {
    if (to_.nchan) {
      auto number = std::to_string(1'000'000 + next_);
      auto body = R"({"id":"notif-01234567-89ab-7def-8123-456789abcdef","title":"t","message":")"
                  + filler_ + R"(","seq":)" + number + "}";
      return post_request("/pub", "", body);
    }
    return post_request("/api/v1/notifications", token_,
                        R"({"title":"t","message":"m)" + filler_ + R"("})");
  }

  void received(std::size_t index, std::string_view text) {
    auto seq = number_behind(text, R"("seq":)");
    if (base_ < 0)
      base_ = seq - base_round_;
    auto round = seq - base_;
    auto& last = last_[index];
    if (round <= last)
      ++repeats_;
    else
      gaps_ += round - last - 1;
    last = std::max(last, round);
    frame_bytes_ = static_cast<int>(text.size()) + (text.size() < 126 ? 2 : 4);
    auto at = static_cast<std::size_t>(round);
    if (at >= started_.size())
      throw std::runtime_error("a frame of a round that was not published");
    auto took = clock::now() - started_[at];
    latencies_.push_back(static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    if (++received_[at] == how_.connections)
      ++complete_;
  }

  static void answered(int status, std::string_view body) {
    if (status < 200 || status > 299)
      throw std::runtime_error("publishing answered " + std::to_string(status) + " "
                               + std::string{body});
  }

  void check_progress(clock::time_point start) const {
    if (seconds_since(start) > 120)
      throw std::runtime_error("not everything arrived within 120 s");
  }

  const target to_;
  const fanout how_;
  poller loop_;
  subscriber::on_text on_text_ = [this](std::size_t i, std::string_view text) {
    received(i, text);
  };
  producer::on_answer on_answer_ = [](producer&, int status, std::string_view body) {
    answered(status, body);
  };
  std::vector<std::unique_ptr<subscriber>> subscribers_;
  std::vector<std::unique_ptr<producer>> producers_;
  std::string token_;
  std::string filler_;
  std::int64_t base_ = -1;       ///< the `seq` of round 0, as if all since were broadcasts
  std::int64_t base_round_ = 0;  ///< the round that tells it
  std::int64_t next_ = 0;
  std::int64_t complete_ = 0;
  std::deque<clock::time_point> started_;
  std::deque<int> received_;
  std::vector<std::int64_t> last_;
  std::vector<std::uint32_t> latencies_;
  std::int64_t gaps_ = 0;
  std::int64_t repeats_ = 0;
  int frame_bytes_ = 0;
  double elapsed_ = 0;
  double cpu_ = 0;
  std::unique_ptr<stalled_clients> stalled_;
  int closed_ = 0;
};

}  // namespace

void run(const target& to, const fanout& how) {
  measurement one{to, how};
  one.measure();
  one.print();
}

}  // namespace carillon::bench
