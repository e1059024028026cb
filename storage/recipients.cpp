#include "storage/recipients.hpp"

#include "storage/preferences.hpp"

namespace carillon::storage {

facts read_facts(connection& db, std::span<const std::string> user_ids) {
  static constexpr column columns[] = {{"user_id"}};
  const auto fill = [&](std::size_t i, parameter_list& out) {
    out.emplace_back("user_id", user_ids[i]);
  };
  facts known;
  db.for_rows(
    "select recipients.user_id, locale, time_zone from recipients {, rows} "
    "where recipients.user_id = {user_id}",
    columns, user_ids.size(), fill, {}, 3, [&](row& x) {
      auto& one = known[x.text()];
      one.locale = x.text();
      one.time_zone = x.text();
    });
  db.for_rows(
    "select recipient_addresses.user_id, channel, address from recipient_addresses "
    "{, rows} where recipient_addresses.user_id = {user_id}",
    columns, user_ids.size(), fill, {}, 3, [&](row& x) {
      auto& one = known[x.text()];
      auto channel = x.text();
      one.addresses.insert_or_assign(std::move(channel), x.text());
    });
  db.for_rows(
    "select preferences.user_id, document from preferences {, rows} "
    "where preferences.user_id = {user_id} and until_seq is null",
    columns, user_ids.size(), fill, {}, 2, [&](row& x) {
      const auto [one, fresh] = known.try_emplace(x.text());
      one->second.preferences = stored_preferences(x.text());
      one->second.listed = !fresh;
    });
  return known;
}

}  // namespace carillon::storage
