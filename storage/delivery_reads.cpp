#include "storage/delivery_reads.hpp"

#include "storage/deliveries.hpp"
#include "storage/filters.hpp"

#include <string>

namespace carillon::storage {

namespace {

attempt read_attempt(row& x) {
  attempt out;
  out.number = static_cast<int>(x.number());
  out.started_at = x.time();
  out.duration = milliseconds{x.number()};
  out.outcome = parse_delivery_status(x.text()).value_or(delivery_status::dead);
  out.error_class = parse_error_class(x.text()).value_or(error_class::none);
  out.provider_code = x.text();
  out.excerpt = x.text();
  return out;
}

}  // namespace

delivery_page read_deliveries(connection& db, const list_deliveries& asked) {
  parameter_list values;
  auto filters = filters_of(asked, values);
  if (asked.before) {
    filters += " and id < :before";
    values.emplace_back("before", *asked.before);
  }
  values.emplace_back("page", asked.limit + 1);
  delivery_page page;
  db.select("select " + delivery_columns + " from notification_deliveries where true" + filters
              + " order by id desc limit :page",
            delivery_column_count, values,
            [&](row& x) { page.items.push_back(read_delivery(x, true)); });
  if (page.items.size() > static_cast<std::size_t>(asked.limit)) {
    page.items.pop_back();
    page.next = page.items.back()->id;
  }
  return page;
}

std::optional<delivery_story> read_story(connection& db, const delivery_id& id) {
  delivery_story story;
  db.select("select " + delivery_columns + " from notification_deliveries where id = :id",
            delivery_column_count, {{"id", id}},
            [&](row& x) { story.what = read_delivery(x, true); });
  if (!story.what)
    return std::nullopt;
  db.select(
    "select number, started_at, duration_ms, outcome, error_class, provider_code, excerpt "
    "from notification_attempts where delivery_id = :id order by number",
    7, {{"id", id}}, [&](row& x) { story.attempts.push_back(read_attempt(x)); });
  return story;
}

}  // namespace carillon::storage
