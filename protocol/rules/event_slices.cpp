// People who are too many for one commit: the event's own leaves them to a bulk, whose slices tell
// them.

#include "protocol/codec/route.hpp"
#include "protocol/rules/event_planner.hpp"
#include "protocol/rules/event_words.hpp"
#include "protocol/rules/route_audience.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

/// Names those who are named together, as a lock does.
std::string joint_name(const std::vector<std::string>& named) {
  std::string out{"\x01named:"};
  for (const auto& one : named)
    out.append(one).push_back('\0');
  return out;
}

bool is_audience(const std::string& lock_name) {
  return lock_name.starts_with('\x01');
}

/// Whether it is one of the channel's own addresses, which stand for all who have none.
bool is_own(const channel_entry* channel, const std::string& address) {
  return channel != nullptr
         && std::ranges::find(channel->addresses, address) != channel->addresses.end();
}

}  // namespace

void event_planner::leave(const route& by, const std::string& channel,
                          const std::vector<target>& who, const message& what) {
  crowd people;
  if (by.to)
    people.group = *by.to;
  else
    for (const auto& x : who)
      people.named.push_back(x.text);
  planned entry;
  if (!lock(entry, by, channel, by.to ? lock_name(*by.to) : joint_name(people.named)))
    return;
  entry.at_most.reset();
  entry.bucket.clear();
  auto alone = by;
  alone.channels = {channel};
  people.route = codec::route_json(alone, false);
  entry.told_later = std::move(people);
  auto all = std::make_shared<delivery>();
  all->id = {ids_.next(now_)};
  all->event = what.event;
  all->channel = channel;
  all->priority = what.priority;
  all->reason = told_by_bulk;
  all->due_at = what.due_at;
  all->trace_id = what.trace_id;
  all->content.type = out_.what.type;
  all->created_at = now_;
  entry.delivery = std::move(all);
  out_.plan.push_back(std::move(entry));
}

void event_planner::note_told() {
  std::set<std::string> channels;
  for (const auto& x : out_.plan)
    if (x.told_later)
      channels.insert(x.delivery->channel);
  if (channels.empty())
    return;
  out_.bulk = {ids_.next(now_)};
  for (const auto& [channel, name] : told_)
    if (channels.contains(channel) && !is_audience(name))
      out_.told.emplace_back(channel, name);
}

result<event_chunk> event_planner::tell_slice(event_turn turn,
                                              const std::vector<std::string>& people) {
  told_.insert(turn.letter.told.begin(), turn.letter.told.end());
  std::vector<route> routes;
  for (const auto& text : turn.letter.routes) {
    auto by = codec::decode_route(text);
    if (!by || by->channels.size() != 1)
      return error{errc::invalid, "a route of the bulk cannot be read"};
    routes.push_back(std::move(*by));
  }
  std::set<std::string> named;
  for (const auto& by : routes)
    if (!turn.named && !by.to)
      for (const auto& x : targets_of(by, out_.what, &facts()))
        named.insert(x.text);
  std::vector<std::string> mine;
  std::ranges::copy_if(people, std::back_inserter(mine),
                       [&](const std::string& x) { return !named.contains(x); });
  for (const auto& by : routes)
    tell_people(by, people_of(by, mine), turn.letter.told);
  return event_chunk{.meant = std::move(out_),
                     .turn = std::move(turn),
                     .people = static_cast<std::int64_t>(mine.size())};
}

std::vector<target> event_planner::people_of(const route& by,
                                             const std::vector<std::string>& people) {
  std::vector<target> out;
  std::set<std::string> named;
  if (!by.to)
    for (const auto& x : targets_of(by, out_.what, &facts()))
      named.insert(x.text);
  for (const auto& one : people) {
    const auto found = known_.find(one);
    if (by.to && found != known_.end() && belongs(found->second, *by.to))
      out.push_back({target::kind::user, one});
    else if (named.contains(one))
      out.push_back({target::kind::text, one});
  }
  return out;
}

void event_planner::tell_people(const route& by, const std::vector<target>& people,
                                told_list& told) {
  if (people.empty())
    return;
  const auto& channel = by.channels.front();
  const auto [title, text] = words_of(out_.what, facts());
  const auto what = begin(by, title, text);
  for (const auto& x : addresses_.expanded(channel, people)) {
    if (!is_own(addresses_.find(channel), x.text)) {
      send_to(by, channel, x, what);
    } else if (!told_.contains({channel, x.text})) {
      told.emplace_back(channel, x.text);
      send_to(by, channel, x, what);
    }
  }
}

}  // namespace carillon::rules
