#include "storage/stats.hpp"

#include "storage/entitlement.hpp"

#include <limits>
#include <string>

namespace carillon::storage {

inbox_counts count_inbox(connection& db, const principal& who, timestamp now) {
  const entitlement mine{who, now};
  parameter_list values{{"upto", std::numeric_limits<std::int64_t>::max()}};
  mine.bind(values);
  const auto sql = "select c.type, c.priority, cast(sum(c.amount) as bigint), (select "
                   + mine.count_unread() + ") from (" + mine.count_by("n.type, n.priority")
                   + ") c group by c.type, c.priority";
  inbox_counts counts;
  db.select(sql, 4, values, [&](row& x) {
    const auto type = parse_notification_type(x.text()).value_or(notification_type::info);
    const auto lane = static_cast<std::size_t>(x.number());
    const auto amount = x.number();
    counts.unread = x.number();
    counts.total += amount;
    counts.by_type.at(static_cast<std::size_t>(type)) += amount;
    counts.by_priority.at(lane) += amount;
  });
  return counts;
}

delivery_counts count_deliveries(connection& db, const deliveries_in_flight* in_flight) {
  // Rows of the inbox are no deliveries of their own: they are numbered without holes.
  static const std::string sql =
    "select channel, status, count(*) from notification_deliveries group by channel, status "
    "union all select 'system', 'delivered', head - floor from sequences where name = 'inbox' "
    "union all select 'system', 'pending', count(*) from notifications where seq is null";
  delivery_counts counts;
  db.select(sql, 3, {}, [&](row& x) {
    auto& of_channel = counts[x.text()];
    const auto status = parse_delivery_status(x.text()).value_or(delivery_status::failed);
    of_channel.at(static_cast<std::size_t>(status)) += x.number();
  });
  if (in_flight == nullptr)
    return counts;
  for (const auto& x : in_flight->all()) {
    auto& of_channel = counts[x.channel];
    auto& stored = of_channel.at(static_cast<std::size_t>(x.stored));
    if (stored == 0)
      continue;  // committed since
    --stored;
    ++of_channel.at(static_cast<std::size_t>(delivery_status::delivering));
  }
  return counts;
}

}  // namespace carillon::storage
