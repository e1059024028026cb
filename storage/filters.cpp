#include "storage/filters.hpp"

#include <array>

namespace carillon::storage {

namespace {

/// Rows that may be in that state: what is with its provider is claimed, and stored as what it was
/// before. One that waits for its digest, with an owner of no name, is not claimed.
void filter_status(delivery_status status, std::string& sql, parameter_list& values) {
  if (status == delivery_status::delivering) {
    sql += " and owner is not null and owner <> '' and due_at is not null";
    return;
  }
  sql += " and status = :status";
  values.emplace_back("status", to_string(status));
}

/// Names of parameters: those of a statement have to outlive it.
constexpr std::size_t most_ids = 100;

const std::string& id_name(std::size_t i) {
  static const auto names = [] {
    std::array<std::string, most_ids> out;
    for (std::size_t n = 0; n < most_ids; ++n)
      out[n] = "id" + std::to_string(n);
    return out;
  }();
  return names.at(i);
}

void filter_ids(std::span<const delivery_id> ids, std::string& sql, parameter_list& values) {
  if (ids.empty())
    return;
  sql += " and id in (";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    sql += (i == 0 ? ":" : ", :") + id_name(i);
    values.emplace_back(id_name(i), ids[i]);
  }
  sql += ')';
}

}  // namespace

std::string filters_of(const delivery_filter& asked, parameter_list& values) {
  std::string sql;
  const auto filter = [&](const char* condition, const char* name, const auto& value) {
    if (!value)
      return;
    sql += condition;
    values.emplace_back(name, *value);
  };
  if (asked.status)
    filter_status(*asked.status, sql, values);
  filter(" and channel = :channel", "channel", asked.channel);
  filter(
    " and exists (select 1 from notification_events e where "
    "e.id = notification_deliveries.event_id and e.type = :event_type)",
    "event_type", asked.event_type);
  filter(" and (recipient = :recipient or user_id = :recipient)", "recipient", asked.recipient);
  if (asked.why) {
    sql += " and error_class = :error_class";
    values.emplace_back("error_class", to_string(*asked.why));
  }
  filter(" and created_at >= :since", "since", asked.since);
  filter(" and created_at < :until", "until", asked.until);
  filter_ids(asked.ids, sql, values);
  return sql;
}

}  // namespace carillon::storage
