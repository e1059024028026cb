#include "protocol/codec/route.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/collections.hpp"
#include "protocol/rules/event_planner.hpp"
#include "protocol/rules/event_words.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

using kind = target::kind;

}  // namespace

std::vector<std::string> needs_facts(const collection& what, const catalog&) {
  const bool named =
    what.target_kind == to_string(kind::user) || what.target_kind == to_string(kind::text);
  return named && may_be_user(what.target) ? std::vector{what.target} : std::vector<std::string>{};
}

result<collection_end> plan(const collection& what, const catalog& with, const facts& known,
                            timestamp now, uuid_source& ids) {
  auto by = codec::decode_route(what.route);
  const auto is = parse_target_kind(what.target_kind);
  if (!by || !is || what.events.empty())
    return error{errc::internal, "the digest cannot be read"};
  by->digest = milliseconds{0};
  if (const auto current = std::ranges::find(with.routes, by->name, &route::name);
      current != with.routes.end() && current->event == by->event)
    by->enabled = current->enabled;
  auto about = what.events.back();
  auto type = about.type;
  about.data = data_of(what);
  about.created_at = now;
  about.entity_id.clear();  // each event has taken its lock
  about.priority = what.priority;
  event_planner planner{std::move(about), with, known, now, ids};
  return collection_end{.id = what.id,
                        .type = std::move(type),
                        .meant = planner.conclude(*by, what, {*is, what.target})};
}

collection_end give_up(const collection& what, const std::string& why, timestamp now) {
  auto out = std::make_shared<delivery>();
  out->id = what.id;
  out->channel = what.channel;
  out->recipient = what.recipient;
  out->user_id = what.user_id;
  out->status = delivery_status::failed;
  out->reason = why;
  out->created_at = now;
  if (!what.events.empty()) {
    out->event = what.events.back().id;
    out->content.type = what.events.back().type;
    out->trace_id = what.events.back().trace_id;
  }
  collection_end end{.id = what.id};
  end.meant.delivery = std::move(out);
  return end;
}

}  // namespace carillon::rules
