#include "protocol/rules/wish_book.hpp"
#include "storage/channel_counts.hpp"
#include "storage/deliveries.hpp"
#include "storage/url.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace carillon::bench {

namespace {

/// Rows of one transaction.
constexpr std::size_t slice = 10'000;

delivery_ptr waiting(const std::string& channel, std::size_t n, timestamp now, uuid_source& ids) {
  auto x = std::make_shared<delivery>();
  x->id = delivery_id{ids.next(now)};
  x->channel = channel;
  x->priority = static_cast<priority>(n % lane_count);
  x->due_at = x->created_at = now - milliseconds{n % 60'000};
  x->expires_at = now + std::chrono::hours{24};
  x->content.type = "inventory.low";
  x->content.title = "库存预警";
  x->content.text = "鸡肉库存不足,当前库存: 5kg,请及时补货";
  x->content.data = R"({"item_id":"item-456","current_stock":5,"n":)" + std::to_string(n) + "}";
  return x;
}

}  // namespace

void run(const backlog& how) {
  storage::connection db{storage::parse_url(how.url)};
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  const std::string node = "bench";
  uuid_source ids;
  const auto start = clock::now();
  for (std::size_t done = 0; done < how.rows;) {
    std::vector<delivery_ptr> rows;
    for (const auto until = std::min(done + slice, how.rows); done < until; ++done)
      rows.push_back(waiting(how.channel, done, now, ids));
    rules::wish_book nobody;
    storage::effects out;
    storage::work w{db, node, nobody, out};
    db.run(storage::begin_text(db.kind()));
    storage::insert_deliveries(w, rows, now);
    storage::keep_counts(w);
    db.run("commit");
  }
  std::printf(R"({"figure":"filled","rows":%zu,"seconds":%.1f})"
              "\n",
              how.rows, seconds_since(start));
}

}  // namespace carillon::bench
