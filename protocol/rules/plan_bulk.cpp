#include "protocol/rules/bulk.hpp"
#include "protocol/rules/event_planner.hpp"
#include "protocol/rules/mailing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carillon::rules {

namespace {

mailing_draft draft_for(const std::string& user_id, const bulk_letter& what) {
  mailing_draft out;
  out.what.extra_data = what.data;
  out.what.priority = what.priority.value_or(priority::normal);
  out.what.trace_id = what.trace_id;
  out.priority_given = what.priority.has_value();
  out.channels = what.channels;
  out.user_id = user_id;
  out.template_code = what.template_code;
  return out;
}

facts facts_of(const std::string& user_id, const facts& known) {
  const auto found = known.find(user_id);
  return found == known.end() ? facts{} : facts{*found};
}

void add(mailing_plan one, const std::string& user_id, timestamp now, uuid_source& ids,
         creation& to) {
  to.unlisted.push_back(!one.meant.inbox);
  to.inbox = to.inbox || one.meant.inbox;
  std::ranges::move(one.meant.notifications, std::back_inserter(to.notifications));
  for (auto& x : one.shown) {
    const bool has_row = x->id != delivery_id{};
    if (!has_row && x->status == delivery_status::delivered)
      continue;
    if (!has_row)
      x->id = {ids.next(now)};
    x->user_id = user_id;
    to.deliveries.push_back(std::move(x));
  }
}

}  // namespace

std::optional<error> objection_to(const bulk_letter& what, const catalog& with) {
  uuid_source ids;
  auto tried = plan(draft_for("nobody", what), with, {}, timestamp{}, ids);
  return tried ? std::nullopt : std::optional{std::move(tried).error()};
}

std::vector<std::string> needs_facts(const bulk_slice& what, const catalog&) {
  return what.user_ids;
}

result<bulk_chunk> plan(const bulk_slice& what, const catalog& with, const facts& known,
                        timestamp now, uuid_source& ids) {
  bulk_chunk out;
  out.batch = what.batch;
  out.number = what.number;
  out.meant.inbox = false;
  if (what.of && what.of->about.id == event_id{})
    return error{errc::not_found, "the event is not kept any more"};
  if (what.of) {
    auto told =
      event_planner{what.of->about, with, known, now, ids}.tell_slice(*what.of, what.user_ids);
    if (!told)
      return std::move(told).error();
    out.of = std::move(*told);
    return out;
  }
  for (const auto& user_id : what.user_ids) {
    auto one = plan(draft_for(user_id, what.what), with, facts_of(user_id, known), now, ids);
    if (!one)
      return std::move(one).error();
    add(std::move(*one), user_id, now, ids, out.meant);
  }
  return out;
}

std::map<std::string, std::int64_t> created_on(const bulk_chunk& what) {
  std::map<std::string, std::int64_t> out;
  if (what.of)
    for (const auto& x : what.of->meant.plan)
      if (!is_final(x.delivery->status) && !x.waits_with)
        ++out[x.delivery->channel];
  for (std::size_t i = 0; i < what.meant.notifications.size(); ++i)
    if (!what.meant.unlisted[i])
      ++out["system"];
  for (const auto& x : what.meant.deliveries)
    if (!is_final(x->status))
      ++out[x->channel];
  return out;
}

std::map<std::string, std::int64_t> refused_on(const bulk_chunk& what) {
  std::map<std::string, std::int64_t> out;
  const auto look = [&](const delivery& x) {
    if (x.status == delivery_status::failed)
      ++out[x.channel];
  };
  if (what.of)
    for (const auto& x : what.of->meant.plan)
      look(*x.delivery);
  for (const auto& x : what.meant.deliveries)
    look(*x);
  return out;
}

}  // namespace carillon::rules
