#include "storage/delivery_reads.hpp"

#include "storage/deliveries.hpp"
#include "storage/filters.hpp"

#include <string>
#include <utility>

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

std::shared_ptr<delivery> read_shown(row& x, const deliveries_in_flight* in_flight) {
  auto out = read_delivery(x, false);
  if (in_flight != nullptr && !is_final(out->status) && in_flight->has(out->id))
    out->status = delivery_status::delivering;
  return out;
}

/// What storage has, whether in flight or not.
std::vector<std::shared_ptr<delivery>> read_candidates(connection& db, const list_deliveries& asked,
                                                       const std::optional<delivery_id>& before,
                                                       const deliveries_in_flight* in_flight) {
  parameter_list values;
  auto filters = filters_of(asked, values);
  if (before) {
    filters += " and id < :before";
    values.emplace_back("before", *before);
  }
  values.emplace_back("page", asked.limit + 1);
  std::vector<std::shared_ptr<delivery>> found;
  db.select("select " + delivery_columns + " from notification_deliveries where true" + filters
              + " order by id desc limit :page",
            delivery_column_count, values,
            [&](row& x) { found.push_back(read_shown(x, in_flight)); });
  return found;
}

}  // namespace

delivery_page read_deliveries(connection& db, const list_deliveries& asked,
                              const deliveries_in_flight* in_flight) {
  const auto full = static_cast<std::size_t>(asked.limit) + 1;
  delivery_page page;
  auto before = asked.before;
  for (bool more = true; more && page.items.size() < full;) {
    auto found = read_candidates(db, asked, before, in_flight);
    more = found.size() == full;
    if (more)
      before = found.back()->id;
    for (auto& x : found)
      if (page.items.size() < full && asked.status.value_or(x->status) == x->status)
        page.items.push_back(std::move(x));
  }
  if (page.items.size() == full) {
    page.items.pop_back();
    page.next = page.items.back()->id;
  }
  return page;
}

std::optional<delivery_story> read_story(connection& db, const delivery_id& id,
                                         const deliveries_in_flight* in_flight) {
  delivery_story story;
  db.select("select " + delivery_columns + " from notification_deliveries where id = :id",
            delivery_column_count, {{"id", id}},
            [&](row& x) { story.what = read_shown(x, in_flight); });
  if (!story.what)
    return std::nullopt;
  db.select(
    "select number, started_at, duration_ms, outcome, error_class, provider_code, excerpt "
    "from notification_attempts where delivery_id = :id order by number",
    7, {{"id", id}}, [&](row& x) { story.attempts.push_back(read_attempt(x)); });
  return story;
}

}  // namespace carillon::storage
