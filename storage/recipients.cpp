#include "storage/recipients.hpp"

#include "protocol/query.hpp"
#include "protocol/rules/audience.hpp"
#include "storage/json_text.hpp"
#include "storage/preferences.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace carillon::storage {

namespace {

constexpr column recipient_columns[] = {{"user_id"},   {"roles"},
                                        {"stores"},    {"locale"},
                                        {"time_zone"}, {"updated_at", storage_class::number}};

constexpr std::string_view recipient_text =
  "insert into recipients (user_id, roles, stores, locale, time_zone, updated_at) "
  "select {user_id}, {roles}, {stores}, {locale}, {time_zone}, {updated_at} {from rows} "
  "where true on conflict (user_id) do update set roles = excluded.roles, "
  "stores = excluded.stores, locale = excluded.locale, time_zone = excluded.time_zone, "
  "updated_at = excluded.updated_at";

constexpr column address_columns[] = {
  {"user_id"}, {"channel"}, {"address"}, {"updated_at", storage_class::number}};

constexpr std::string_view address_text =
  "insert into recipient_addresses (user_id, channel, address, updated_at) "
  "select {user_id}, {channel}, {address}, {updated_at} {from rows}";

}  // namespace

facts read_facts(connection& db, std::span<const std::string> user_ids) {
  static constexpr column columns[] = {{"user_id"}};
  const auto fill = [&](std::size_t i, parameter_list& out) {
    out.emplace_back("user_id", user_ids[i]);
  };
  facts known;
  db.for_rows(
    "select recipients.user_id, roles, stores, locale, time_zone from recipients {, rows} "
    "where recipients.user_id = {user_id}",
    columns, user_ids.size(), fill, {}, 5, [&](row& x) {
      auto& one = known[x.text()];
      one.roles = strings_of(x.text());
      one.stores = strings_of(x.text());
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

namespace {

/// Conditions on `recipients` that everybody fits who belongs to any of the groups. Others may fit
/// where a name has quotes; who is meant is told by the lists themselves.
class membership {
 public:
  explicit membership(std::span<const audience> groups) {
    for (const auto& x : groups) {
      sql_ += sql_.empty() ? "(" : " or (";
      require("roles", x.role);
      if (!x.role.empty() && !x.store_id.empty())
        sql_ += " and ";
      require("stores", x.store_id);
      sql_ += ')';
    }
  }

  const std::string& sql() const { return sql_; }

  /// Its values, which live as long as this.
  parameter_list values() const {
    parameter_list out;
    for (const auto& [name, text] : texts_)
      out.emplace_back(name, text);
    return out;
  }

 private:
  /// The list, as JSON, holds the name.
  void require(const char* list, const std::string& name) {
    if (name.empty())
      return;
    const auto quoted = text_of(std::vector{name});
    const auto& [key, text] =
      texts_.emplace_back("g" + std::to_string(texts_.size()), quoted.substr(1, quoted.size() - 2));
    sql_.append("replace(").append(list).append(", :").append(key).append(", '') <> ").append(list);
  }

  std::string sql_;
  std::deque<std::pair<std::string, std::string>> texts_;
};

}  // namespace

std::vector<std::string> read_members(connection& db, std::span<const audience> groups,
                                      std::string after, std::size_t most) {
  std::vector<std::string> out;
  const membership fitting{groups};
  const auto sql = "select user_id, roles, stores from recipients where user_id > :after and ("
                   + fitting.sql() + ") order by user_id limit :n";
  for (bool more = !groups.empty(); more && out.size() < most;) {
    auto values = fitting.values();
    const auto behind = after;
    const auto asked = most - out.size();
    values.emplace_back("after", behind);
    values.emplace_back("n", asked);
    more = db.select(sql, 3, values, [&](row& x) {
      after = x.text();
      const auto roles = strings_of(x.text());
      const auto stores = strings_of(x.text());
      if (std::ranges::any_of(
            groups, [&](const audience& to) { return rules::belongs(roles, stores, to); }))
        out.push_back(after);
    }) == asked;
  }
  return out;
}

std::int64_t count_members(connection& db, std::span<const audience> groups) {
  std::int64_t n = 0;
  const membership fitting{groups};
  if (!groups.empty())
    db.select("select count(*) from recipients where " + fitting.sql(), 1, fitting.values(),
              [&](row& x) { n = x.number(); });
  return n;
}

facts read_facts(connection& db, std::span<const std::string> user_ids,
                 std::span<const audience> groups) {
  std::set<std::string> users(user_ids.begin(), user_ids.end());
  for (const auto& group : groups)
    for (auto& user : read_members(db, {&group, 1}, {}, most_told_at_once + 1))
      users.insert(std::move(user));
  const std::vector<std::string> all(users.begin(), users.end());
  return read_facts(db, all);
}

std::optional<recipient_record> read_recipient(connection& db, const std::string& user_id) {
  std::optional<recipient_record> found;
  db.select("select roles, stores, locale, time_zone from recipients where user_id = :user", 4,
            {{"user", user_id}}, [&](row& x) {
              found.emplace().user_id = user_id;
              found->roles = strings_of(x.text());
              found->stores = strings_of(x.text());
              found->locale = x.text();
              found->time_zone = x.text();
            });
  if (found)
    db.select("select channel, address from recipient_addresses where user_id = :user", 2,
              {{"user", user_id}}, [&](row& x) {
                auto channel = x.text();
                found->addresses.insert_or_assign(std::move(channel), x.text());
              });
  return found;
}

bool is_stored(connection& db, const std::string& user_id) {
  bool found = false;
  db.select("select 1 from recipients where user_id = :user", 1, {{"user", user_id}},
            [&](row&) { found = true; });
  return found;
}

void put_recipients(work& w, std::vector<const recipient_record*> all, timestamp now) {
  std::map<std::string_view, const recipient_record*> last;
  for (const auto* x : all)
    last.insert_or_assign(x->user_id, x);
  all.clear();
  std::vector<std::pair<std::string, std::string>> lists;
  std::vector<std::array<std::string_view, 3>> addresses;
  for (const auto& [user, x] : last) {
    all.push_back(x);
    lists.emplace_back(text_of(x->roles), text_of(x->stores));
    for (const auto& [channel, address] : x->addresses)
      addresses.push_back({user, channel, address});
  }
  w.out.rows += w.db.for_rows(recipient_text, recipient_columns, all.size(),
                              [&](std::size_t i, parameter_list& out) {
                                out.insert(out.end(), {{"user_id", all[i]->user_id},
                                                       {"roles", lists[i].first},
                                                       {"stores", lists[i].second},
                                                       {"locale", all[i]->locale},
                                                       {"time_zone", all[i]->time_zone},
                                                       {"updated_at", now}});
                              });
  w.db.for_rows(
    "delete from recipient_addresses {using rows} where recipient_addresses.user_id = {user_id}",
    std::span{recipient_columns}.first(1), all.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("user_id", all[i]->user_id); });
  w.out.rows += w.db.for_rows(
    address_text, address_columns, addresses.size(), [&](std::size_t i, parameter_list& out) {
      const auto& [user, channel, address] = addresses[i];
      out.insert(
        out.end(),
        {{"user_id", user}, {"channel", channel}, {"address", address}, {"updated_at", now}});
    });
}

void forget_recipient(work& w, const std::string& user_id) {
  w.out.rows +=
    w.db.run("delete from recipient_addresses where user_id = :user", {{"user", user_id}});
  w.out.rows += w.db.run("delete from recipients where user_id = :user", {{"user", user_id}});
}

}  // namespace carillon::storage
