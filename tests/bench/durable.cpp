#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/token.hpp"

#include <cstdio>
#include <map>
#include <memory>
#include <vector>

namespace carillon::bench {

namespace {

std::string draft(std::int64_t n) {
  return R"({"title":"库存预警","message":"鸡肉库存不足,当前库存: 5kg,请及时补货","type":"warning",)"
         R"("priority":"high","user_id":"user-)"
         + std::to_string(n % 10'000)
         + R"(","extra_data":{"item_id":"item-456","current_stock":5},"source":"inventory_system"})";
}

std::string request(const std::string& token, std::int64_t n, int batch) {
  if (batch == 1)
    return post_request("/api/v1/notifications", token, draft(n));
  std::string body = R"({"notifications":[)";
  for (int i = 0; i < batch; ++i)
    body.append(i == 0 ? "" : ",").append(draft(n + i));
  return post_request("/api/v1/notifications/batch", token, body.append("]}"));
}

}  // namespace

void run(const target& to, const durable& how) {
  poller loop;
  std::vector<std::uint32_t> latencies;
  std::map<int, std::int64_t> refused;
  std::map<const producer*, clock::time_point> sent;
  std::int64_t accepted = 0;
  std::int64_t n = 0;
  auto token = publisher_token(to.secret);
  auto start = clock::now();
  auto goes_on = [&] { return seconds_since(start) < how.seconds; };
  auto send = [&](producer& who) {
    sent[&who] = clock::now();
    who.send(request(token, n, how.batch));
    n += how.batch;
  };
  producer::on_answer answered = [&](producer& who, int status, std::string_view) {
    if (status == 201)
      accepted += how.batch;
    else
      ++refused[status];
    latencies.push_back(static_cast<std::uint32_t>(seconds_since(sent[&who]) * 1e6));
    if (goes_on())
      send(who);
  };
  std::vector<std::unique_ptr<producer>> all;
  for (int i = 0; i < how.connections; ++i) {
    all.push_back(std::make_unique<producer>(to.port, answered));
    loop.add(all.back()->socket(), *all.back());
  }
  start = clock::now();
  for (auto& one : all)
    send(*one);
  while (std::ranges::any_of(all, [](auto& x) { return x->busy(); }))
    loop.turn(1000);
  auto elapsed = seconds_since(start);
  std::int64_t refusals = 0;
  for (auto& [status, count] : refused)
    refusals += count;
  std::printf(R"({"figure":"durable","connections":%d,"batch":%d,"accepted":%lld,"refused":%lld,)"
              R"("per_second":%.0f,"p50_ms":%.3f,"p99_ms":%.3f})"
              "\n",
              how.connections, how.batch, static_cast<long long>(accepted),
              static_cast<long long>(refusals), static_cast<double>(accepted) / elapsed,
              percentile(latencies, 0.5) / 1000, percentile(latencies, 0.99) / 1000);
}

}  // namespace carillon::bench
