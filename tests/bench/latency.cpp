#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/message.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/subscriber.hpp"
#include "tests/bench/token.hpp"

#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace carillon::bench {

namespace {

std::string user(std::size_t i) {
  return "bench-" + std::to_string(i);
}

}  // namespace

void run(const target& to, const latency& how) {
  poller loop;
  std::vector<std::uint32_t> latencies;
  subscriber::on_text arrived = [&](std::size_t, std::string_view text) {
    auto sent = number_behind(text, R"("message":"at )");
    latencies.push_back(static_cast<std::uint32_t>(micros_now() - sent));
  };
  producer::on_answer answered = [&](producer&, int status, std::string_view) {
    if (status < 200 || status > 299)
      throw std::runtime_error("a POST was answered " + std::to_string(status));
  };
  std::vector<std::unique_ptr<subscriber>> online;
  for (std::size_t i = 0; i < static_cast<std::size_t>(how.users); ++i) {
    auto where =
      to.nchan ? "/sub/" + user(i) : "/api/v1/ws?token=" + user_token(to.secret, user(i));
    online.push_back(std::make_unique<subscriber>(i, to.port, where, arrived));
    loop.add(online.back()->socket(), *online.back());
  }
  std::vector<std::unique_ptr<producer>> producers;
  for (int i = 0; i < how.producers; ++i) {
    producers.push_back(std::make_unique<producer>(to.port, answered));
    loop.add(producers.back()->socket(), *producers.back());
  }
  auto token = to.nchan ? std::string{} : publisher_token(to.secret);
  std::mt19937 random{42};
  auto total = static_cast<std::int64_t>(how.rate * how.seconds);
  auto start = micros_now();
  std::int64_t sent = 0;
  for (; static_cast<std::int64_t>(latencies.size()) < total;) {
    auto planned = start + sent * 1'000'000 / how.rate;
    for (auto& one : producers) {
      if (sent >= total || micros_now() < planned || one->busy())
        continue;
      auto who = user(random() % static_cast<std::size_t>(how.users));
      auto body = R"({"title":"t","user_id":")" + who + R"(","message":"at )"
                  + std::to_string(planned) + R"( ."})";
      one->send(post_request(to.nchan ? "/pub/" + who : "/api/v1/notifications", token, body));
      planned = start + ++sent * 1'000'000 / how.rate;
    }
    loop.turn(sent < total && micros_now() + 1000 > planned ? 0 : 1);
    if (micros_now() - start > static_cast<std::int64_t>((how.seconds + 60) * 1e6))
      throw std::runtime_error("not everything arrived within a minute");
  }
  std::printf(R"({"figure":"latency","peer":"%s","users":%d,"rate":%d,"sent":%lld,"received":%zu,)"
              R"("p50_ms":%.3f,"p99_ms":%.3f})"
              "\n",
              to.nchan ? "nchan" : "carillon", how.users, how.rate, static_cast<long long>(sent),
              latencies.size(), percentile(latencies, 0.5) / 1000,
              percentile(latencies, 0.99) / 1000);
}

}  // namespace carillon::bench
