#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/message.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/receiver.hpp"
#include "tests/bench/token.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::bench {

namespace {

constexpr std::array<std::string_view, 4> priorities{"urgent", "high", "normal", "low"};

/// Everything must have come so long after the posts, beside what the rate makes it take.
constexpr double drain_patience = 60;

/// One engine and the providers of its two channels, of which the first may be sick from the start:
/// every other request to it is never answered, the others with what is no HTTP.
class leg {
 public:
  leg(poller& loop, const hanging& how, bool sick)
      : how_(how),
        loop_(loop),
        was_sick_(sick),
        is_sick_(sick),
        first_(loop_, [this](std::string_view body) { return arrived(body); }),
        other_(loop_, [this](std::string_view body) {
          others_.push_back(static_cast<std::uint32_t>(micros_now() - planned_in(body)));
          return receiver::manner::accepts;
        }) {}

  void print_ports() const { std::printf("%d %d\n", first_.port(), other_.port()); }

  void connect(int port, int pid, std::string token) {
    port_ = static_cast<std::uint16_t>(port);
    pid_ = pid;
    token_ = std::move(token);
  }

  double cpu() const { return cpu_seconds(pid_); }

  /// Posts for so long at a steady pace; returns microseconds from the planned moment of each to
  /// its answer.
  std::vector<std::uint32_t> post(double seconds) {
    for (int i = 0; i < how_.producers; ++i) {
      producers_.push_back(std::make_unique<producer>(port_, answered_));
      loop_.add(producers_.back()->socket(), *producers_.back());
    }
    const auto before = delivered_.size();
    const auto total = static_cast<std::size_t>(how_.rate * seconds);
    delivered_.resize(before + total, false);
    const auto start = micros_now();
    const auto planned = [&](std::size_t n) {
      return start + static_cast<std::int64_t>(n) * 1'000'000 / how_.rate;
    };
    for (std::size_t sent = 0; sent < total || answers_.size() < total;) {
      for (auto& one : producers_) {
        if (sent == total || micros_now() < planned(sent) || one->busy())
          continue;
        for_when_[one->socket()] = planned(sent);
        one->send(post_request("/api/v1/events", token_, event(before + sent, planned(sent))));
        ++sent;
      }
      loop_.turn(sent < total && micros_now() + 1000 > planned(sent) ? 0 : 1);
    }
    producers_.clear();  // the engine would close idle connections before the next posts
    return std::exchange(answers_, {});
  }

  /// The provider is well from now on; waits for all that is left.
  void recover() {
    waited_ = delivered_.size() - distinct_;
    is_sick_ = false;
    first_.hang_up();
    const auto start = clock::now();
    const auto longest = drain_patience + 2.0 * static_cast<double>(waited_) / how_.limit;
    while (distinct_ < delivered_.size() || others_.size() < delivered_.size()) {
      loop_.turn(1000);
      if (seconds_since(start) > longest)
        throw std::runtime_error("not everything was delivered after the provider was well");
    }
    took_ = seconds_since(start);
  }

  void print() {
    std::printf(R"({"figure":"hanging_over","sick":%s,"events":%zu,"other_p99_ms":%.3f,)"
                R"("unanswered":%d,"waited":%zu,"drained_s":%.2f,)"
                R"("most_in_a_second":%zu,"limit":%d,"in_lane_order":%s})"
                "\n",
                was_sick_ ? "true" : "false", delivered_.size(), percentile(others_, 0.99) / 1000,
                unanswered_, waited_, took_, most_in_a_second(), how_.limit,
                in_lane_order() ? "true" : "false");
  }

 private:
  static std::string event(std::size_t n, std::int64_t planned) {
    return R"({"type":"bench.event","priority":")" + std::string{priorities[n % 4]}
           + R"(","data":{"title":"t","message":"m","at":)" + std::to_string(planned) + R"(,"n":)"
           + std::to_string(n) + "}}";
  }

  static std::int64_t planned_in(std::string_view body) { return number_behind(body, R"("at":)"); }

  receiver::manner arrived(std::string_view body) {
    arrivals_.push_back(micros_now());
    if (is_sick_) {
      ++unanswered_;
      return unanswered_ % 2 == 0 ? receiver::manner::hangs : receiver::manner::babbles;
    }
    const auto n = static_cast<std::size_t>(number_behind(body, R"("n":)"));
    if (n < delivered_.size() && !delivered_[n]) {
      delivered_[n] = true;
      ++distinct_;
      if (was_sick_)
        order_.push_back(n % 4);
    }
    return receiver::manner::accepts;
  }

  /// The fullest window of a second at the provider, those it did not answer included.
  std::size_t most_in_a_second() const {
    std::size_t most = 0;
    for (auto first = arrivals_.begin(), last = first; last != arrivals_.end(); ++last) {
      while (*last - *first >= 1'000'000)
        ++first;
      most = std::max(most, static_cast<std::size_t>(last - first) + 1);
    }
    return most;
  }

  /// Whether the lanes were through with 95 % of what had waited in their order.
  bool in_lane_order() const {
    std::array<std::vector<std::size_t>, 4> places;
    for (std::size_t i = 0; i < order_.size(); ++i)
      places[order_[i]].push_back(i);
    std::vector<std::size_t> through;
    for (const auto& lane : places)
      if (!lane.empty())
        through.push_back(lane[(lane.size() - 1) * 95 / 100]);
    return std::ranges::is_sorted(through);
  }

  hanging how_;
  poller& loop_;
  bool was_sick_;
  bool is_sick_;
  receiver first_;
  receiver other_;
  std::uint16_t port_ = 0;
  int pid_ = 0;
  std::string token_;
  std::map<int, std::int64_t> for_when_;
  producer::on_answer answered_ = [this](producer& who, int status, std::string_view body) {
    if (status != 202)
      throw std::runtime_error("an event was answered " + std::to_string(status) + " "
                               + std::string{body});
    answers_.push_back(static_cast<std::uint32_t>(micros_now() - for_when_[who.socket()]));
  };
  std::vector<std::unique_ptr<producer>> producers_;
  std::vector<std::uint32_t> answers_;
  /// Microseconds from the planned moment of a POST to the other channel's receiver.
  std::vector<std::uint32_t> others_;
  std::vector<std::int64_t> arrivals_;
  std::vector<bool> delivered_;
  /// The lanes of what came after the posts, one after the other.
  std::vector<std::size_t> order_;
  std::size_t distinct_ = 0;
  std::size_t waited_ = 0;
  int unanswered_ = 0;
  double took_ = 0;
};

/// How long an engine has its turn: short, so that what else happens on the machine, such as a disk
/// that is slow for a while, happens to both.
constexpr double turn_seconds = 1;

/// What an engine showed in its turns of a pair. The part of a core that the other one used
/// meanwhile tells whether it disturbed this one.
struct turns {
  std::vector<std::uint32_t> answers{};
  double other_cpu{0};
  double seconds{0};

  void take(leg& mine, const leg& other, double for_seconds) {
    const auto start = clock::now();
    const auto before = other.cpu();
    const auto more = mine.post(for_seconds);
    answers.insert(answers.end(), more.begin(), more.end());
    other_cpu += other.cpu() - before;
    seconds += seconds_since(start);
  }

  void print(bool sick) {
    std::printf(R"({"figure":"hanging","sick":%s,"posts":%zu,"p50_ms":%.3f,"p99_ms":%.3f,)"
                R"("other_engine_cores":%.3f})"
                "\n",
                sick ? "true" : "false", answers.size(), percentile(answers, 0.5) / 1000,
                percentile(answers, 0.99) / 1000, other_cpu / seconds);
  }
};

/// One pair: the engines take turns for so long.
void measure(leg& well, leg& sick, double seconds) {
  const int count = std::max(1, static_cast<int>(seconds / (2 * turn_seconds)));
  turns of_well;
  turns of_sick;
  for (int i = 0; i < count; ++i) {
    of_well.take(well, sick, seconds / (2 * count));
    of_sick.take(sick, well, seconds / (2 * count));
  }
  of_well.print(false);
  of_sick.print(true);
  std::fflush(stdout);
}

}  // namespace

void run(const target& to, const hanging& how) {
  poller loop;
  leg well{loop, how, false};
  leg sick{loop, how, true};
  const auto token = publisher_token(to.secret);
  for (auto* one : {&well, &sick})
    one->print_ports();
  std::fflush(stdout);
  for (auto* one : {&well, &sick}) {
    int port = 0;
    int pid = 0;
    if (std::scanf("%d %d", &port, &pid) != 2)
      throw std::runtime_error("no port and process of an engine came in");
    one->connect(port, pid, token);
  }
  for (int i = 0; i < how.pairs; ++i)
    measure(well, sick, how.seconds / how.pairs);
  char word[16];
  if (std::scanf("%15s", word) != 1)
    throw std::runtime_error("nobody wants to see the provider well");
  for (auto* one : {&well, &sick}) {
    one->recover();
    one->print();
  }
  std::fflush(stdout);
}

}  // namespace carillon::bench
