#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/message.hpp"
#include "tests/bench/poller.hpp"
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
#include <vector>

namespace carillon::bench {

namespace {

constexpr std::array<std::string_view, 4> priorities{"urgent", "high", "normal", "low"};

/// Everything must have come so long after the posts, beside what the rate makes it take.
constexpr double drain_patience = 60;

/// One leg: events at a steady pace to two channels, of which the provider of one may be sick while
/// they are posted. Afterwards it is well, and what waited comes.
class sick_leg {
 public:
  explicit sick_leg(const hanging& how)
      : how_(how),
        sick_(loop_, [this](std::string_view body) { return arrived(body); }),
        other_(loop_, [this](std::string_view body) {
          others_.push_back(static_cast<std::uint32_t>(micros_now() - planned_in(body)));
          return receiver::manner::accepts;
        }) {}

  void print_ports() const {
    std::printf("%d %d\n", sick_.port(), other_.port());
    std::fflush(stdout);
  }

  void post(std::uint16_t port, std::string_view secret) {
    const auto token = publisher_token(secret);
    for (int i = 0; i < how_.producers; ++i) {
      producers_.push_back(std::make_unique<producer>(port, answered_));
      loop_.add(producers_.back()->socket(), *producers_.back());
    }
    const auto total = static_cast<std::size_t>(how_.rate * how_.seconds);
    delivered_.resize(total, false);
    const auto start = micros_now();
    const auto planned = [&](std::size_t n) {
      return start + static_cast<std::int64_t>(n) * 1'000'000 / how_.rate;
    };
    is_sick_ = how_.sick;
    for (std::size_t sent = 0; sent < total || answers_.size() < total;) {
      for (auto& one : producers_) {
        if (sent == total || micros_now() < planned(sent) || one->busy())
          continue;
        for_when_[one->socket()] = planned(sent);
        one->send(post_request("/api/v1/events", token, event(sent, planned(sent))));
        ++sent;
      }
      loop_.turn(sent < total && micros_now() + 1000 > planned(sent) ? 0 : 1);
    }
    waited_ = total - distinct_;
    producers_.clear();  // the engine would close idle connections before all is delivered
  }

  /// The provider is well from now on; waits for all that is left.
  void recover() {
    is_sick_ = false;
    sick_.hang_up();
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
    const auto ms = [](std::vector<std::uint32_t>& of, double share) {
      return percentile(of, share) / 1000;
    };
    std::printf(R"({"figure":"hanging","sick":%s,"posts":%zu,"p50_ms":%.3f,"p99_ms":%.3f,)"
                R"("other_p99_ms":%.3f,"unanswered":%d,"waited":%zu,"drained_s":%.2f,)"
                R"("most_in_a_second":%zu,"limit":%d,"in_lane_order":%s})"
                "\n",
                how_.sick ? "true" : "false", answers_.size(), ms(answers_, 0.5),
                ms(answers_, 0.99), ms(others_, 0.99), unanswered_, waited_, took_,
                most_in_a_second(), how_.limit, in_lane_order() ? "true" : "false");
    std::fflush(stdout);
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
      if (how_.sick)
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
  poller loop_;
  receiver sick_;
  receiver other_;
  bool is_sick_ = false;
  std::map<int, std::int64_t> for_when_;
  producer::on_answer answered_ = [this](producer& who, int status, std::string_view body) {
    if (status != 202)
      throw std::runtime_error("an event was answered " + std::to_string(status) + " "
                               + std::string{body});
    answers_.push_back(static_cast<std::uint32_t>(micros_now() - for_when_[who.socket()]));
  };
  std::vector<std::unique_ptr<producer>> producers_;
  /// Microseconds from the planned moment to the answer, and to the other channel's receiver.
  std::vector<std::uint32_t> answers_;
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

}  // namespace

void run(const target& to, const hanging& how) {
  sick_leg leg{how};
  leg.print_ports();
  int port = 0;
  if (std::scanf("%d", &port) != 1)
    throw std::runtime_error("no port of the engine came in");
  leg.post(static_cast<std::uint16_t>(port), to.secret);
  std::puts("posted");
  std::fflush(stdout);
  char word[16];
  if (std::scanf("%15s", word) != 1)
    throw std::runtime_error("nobody wants to see the provider well");
  leg.recover();
  leg.print();
}

}  // namespace carillon::bench
