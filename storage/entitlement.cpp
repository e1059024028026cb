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

std::string unexpired(const std::string& x) {
  return " and (" + x + ".expires_at is null or " + x + ".expires_at > :now)";
}

/// Whether the user marked `x` so.
std::string mark_of(const std::string& x, const std::string& mark) {
  return "exists (select 1 from notification_reads m where m.user_id = :user and "
         "m.notification_id = "
         + x + ".id and m." + mark + " is not null)";
}

/// One column of rows: the empty text and the named parameters.
std::string column_of(const std::deque<std::string>& names) {
  std::string list = "(values ('')";
  for (const auto& name : names)
    list += ", (:" + name + ")";
  return list + ")";
}

std::string join(const std::vector<std::string>& parts, const std::string& between) {
  std::string all;
  for (const auto& part : parts)
    all += (all.empty() ? "" : between) + part;
  return all;
}

}  // namespace

std::string kept(const std::string& x) {
  return unexpired(x) + " and not " + mark_of(x, "deleted_at");
}

std::string unmarked(const std::string& x) {
  return " and not " + mark_of(x, "read_at");
}

std::string unread(const std::string& x) {
  return " and " + x + ".seq > " + last_watermark + unmarked(x);
}

std::string read(const std::string& x) {
  return " and (" + x + ".seq <= " + last_watermark + " or " + mark_of(x, "read_at") + ")";
}

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
    parts.push_back("select * from (select n.seq from notifications n where " + audience + kept("n")
                    + condition + " order by n.seq" + (newest ? " desc" : "") + " limit :top) b"
                    + std::to_string(parts.size()));
  return join(parts, " union all ");
}

std::string entitlement::marked(const std::string& selected, const std::string& condition) const {
  return "select " + selected
         + " from notification_reads y cross join notifications n where y.user_id = :user and "
           "n.id = y.notification_id"
         + unexpired("n") + condition + " and ((" + join(audiences_, ") or (") + "))";
}

std::string entitlement::read_sequences(const std::string& condition) const {
  const auto below = " and n.seq > 0 and n.seq <= " + last_watermark;
  const auto by_hand =
    " and n.seq > " + last_watermark + " and y.read_at is not null and y.deleted_at is null";
  return sequences(below + condition, true) + " union all select * from ("
         + marked("n.seq", by_hand + condition) + " order by n.seq desc limit :top) m";
}

std::string entitlement::count_unread() const {
  const auto within = " and n.seq > " + last_watermark + " and n.seq <= :upto";
  std::vector<std::string> parts;
  for (const auto& audience : audiences_)
    parts.push_back("(select count(*) from notifications n where " + audience + unexpired("n")
                    + within + ")");
  return join(parts, " + ") + " - (" + marked("count(*)", within) + ")";
}

std::string entitlement::count_by(const std::string& columns) const {
  const auto groups = " group by " + columns;
  std::vector<std::string> parts;
  for (const auto& audience : audiences_)
    parts.push_back("select " + columns + ", count(*) as amount from notifications n where "
                    + audience + unexpired("n") + " and n.seq > 0" + groups);
  parts.push_back(marked(columns + ", -count(*)", " and n.seq > 0 and y.deleted_at is not null")
                  + groups);
  return join(parts, " union all ");
}

std::string entitlement::rows() const {
  return "select cast(:user as text) as user_id, '' as role, '' as store_id union "
         "select '', r.column1, s.column1 from "
         + column_of(role_names_) + " r cross join " + column_of(store_names_) + " s";
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
