#include "storage/entitlement.hpp"

namespace carillon::storage {

namespace {

/// Past so many combinations of a token's roles and stores they are looked for together.
constexpr std::size_t max_audiences = 64;

const std::string last_watermark =
  "(select coalesce(max(w.seq), 0) from inbox_watermarks w where w.user_id = :user)";

std::string list_of(const std::deque<std::string>& names) {
  std::string list = "''";
  for (const auto& name : names)
    list += ", :" + name;
  return list;
}

const std::string unexpired = " and (n.expires_at is null or n.expires_at > :now)";

const std::string kept =
  unexpired
  + " and not exists (select 1 from notification_reads x where x.user_id = :user and "
    "x.notification_id = n.id and x.deleted_at is not null)";

std::string join(const std::vector<std::string>& parts, const std::string& between) {
  std::string all;
  for (const auto& part : parts)
    all += (all.empty() ? "" : between) + part;
  return all;
}

}  // namespace

const std::string unread_condition =
  " and n.seq > " + last_watermark
  + " and not exists (select 1 from notification_reads y where y.user_id = :user and "
    "y.notification_id = n.id and y.read_at is not null)";

const std::string read_at_expression =
  "coalesce(r.read_at, (select w.read_at from inbox_watermarks w where w.user_id = :user and "
  "w.seq >= n.seq order by w.seq limit 1))";

entitlement::entitlement(const principal& who, timestamp now) : who_(who), now_(now) {
  for (std::size_t i = 0; i < who.roles.size(); ++i)
    role_names_.push_back("role" + std::to_string(i));
  for (std::size_t i = 0; i < who.stores.size(); ++i)
    store_names_.push_back("store" + std::to_string(i));
  audiences_.push_back("n.user_id = :user and n.role = '' and n.store_id = ''");
  if ((role_names_.size() + 1) * (store_names_.size() + 1) > max_audiences) {
    audiences_.push_back("n.user_id = '' and n.role in (" + list_of(role_names_)
                         + ") and n.store_id in (" + list_of(store_names_) + ")");
    return;
  }
  for (std::size_t r = 0; r <= role_names_.size(); ++r)
    for (std::size_t s = 0; s <= store_names_.size(); ++s)
      audiences_.push_back("n.user_id = '' and n.role = "
                           + (r == 0 ? "''" : ":" + role_names_[r - 1])
                           + " and n.store_id = " + (s == 0 ? "''" : ":" + store_names_[s - 1]));
}

std::string entitlement::sequences(const std::string& condition, bool newest) const {
  std::vector<std::string> parts;
  for (const auto& audience : audiences_)
    parts.push_back("select * from (select n.seq from notifications n where " + audience + kept
                    + condition + " order by n.seq" + (newest ? " desc" : "") + " limit :top) b"
                    + std::to_string(parts.size()));
  return join(parts, " union all ");
}

std::string entitlement::marked(const std::string& selected, const std::string& condition) const {
  return "select " + selected
         + " from notification_reads y cross join notifications n where y.user_id = :user and "
           "n.id = y.notification_id and n.seq > "
         + last_watermark + unexpired + condition + " and ((" + join(audiences_, ") or (") + "))";
}

std::string entitlement::read_sequences(const std::string& condition) const {
  const auto below = " and n.seq > 0 and n.seq <= " + last_watermark;
  const auto by_hand = " and y.read_at is not null and y.deleted_at is null";
  return sequences(below + condition, true) + " union all select * from ("
         + marked("n.seq", by_hand + condition) + " order by n.seq desc limit :top) m";
}

std::string entitlement::count_unread() const {
  const std::string within = " and n.seq <= :upto";
  std::vector<std::string> parts;
  for (const auto& audience : audiences_)
    parts.push_back("(select count(*) from notifications n where " + audience + unexpired
                    + " and n.seq > " + last_watermark + within + ")");
  return join(parts, " + ") + " - (" + marked("count(*)", within) + ")";
}

void entitlement::bind(parameter_list& out) const {
  out.emplace_back("user", who_.subject);
  out.emplace_back("now", now_);
  for (std::size_t i = 0; i < role_names_.size(); ++i)
    out.emplace_back(role_names_[i], who_.roles[i]);
  for (std::size_t i = 0; i < store_names_.size(); ++i)
    out.emplace_back(store_names_[i], who_.stores[i]);
}

}  // namespace carillon::storage
