#include "bin/config/routes.hpp"

#include "protocol/rules/durations.hpp"
#include "protocol/rules/routing.hpp"
#include "protocol/rules/when.hpp"

#include <algorithm>
#include <utility>

namespace carillon::configuration {

namespace {

/// `1/10m`: at most so many messages to a recipient in any window of that length.
void read_throttle(section& keys, route& to) {
  const auto text = keys.text("throttle");
  if (!text)
    return;
  const auto rate = rules::parse_rate(*text);
  if (!rate)
    keys.wrong("throttle", "must be a number per time such as 1/10m");
  else if (*rate) {
    to.throttle_count = (*rate)->count;
    to.throttle_per = (*rate)->per;
  }
}

void read_audience(section& keys, const std::string& path, route& to, std::vector<fault>& faults) {
  auto found = keys.find("audience");
  if (!found)
    return;
  auto written = typed(*found);
  section members{written, path + ".audience", faults};
  audience whom;
  whom.user_id = members.text("user").value_or("");
  whom.role = members.text("role").value_or("");
  whom.store_id = members.text("store").value_or("");
  to.addresses = members.texts("addresses").value_or(std::vector<std::string>{});
  to.audience_field = members.text("field").value_or("");
  members.finish();
  if (!to.audience_field.empty() && !whom.broadcast())
    members.wrong("field", "stands alone: a user, a role or a store beside it would win");
  if (!whom.user_id.empty() && !(whom.role.empty() && whom.store_id.empty()))
    members.wrong("user", "stands alone: a role or a store beside it would mean nothing");
  if (!whom.broadcast())
    to.to = std::move(whom);
}

void read_event(section& keys, route& to) {
  if (auto pattern = keys.text("event")) {
    to.event = std::move(*pattern);
    if (!rules::valid_pattern(to.event))
      keys.wrong("event", "must be words between dots, with * for one and ** for any number");
  } else if (!keys.find("event")) {
    keys.wrong("event", "is missing: which events is it for?");
  }
  if (auto when = keys.text("when"); when && !when->empty()) {
    to.when = std::move(*when);
    if (auto read = rules::parse_when(to.when))
      to.condition = std::move(*read);
    else
      keys.wrong("when", read.error().detail);
  }
}

route read_route(const std::string& path, const node& from, std::vector<fault>& faults) {
  section keys{from, path, faults};
  route to;
  to.name = path;
  read_event(keys, to);
  to.enabled = keys.flag("enabled").value_or(true);
  if (auto names = keys.texts("channels")) {
    to.channels = std::move(*names);
    if (to.channels.empty())
      keys.wrong("channels", "names no channel");
  }
  read_audience(keys, path, to, faults);
  if (auto word = keys.word("priority", "low|normal|high|urgent"))
    to.priority = parse_priority(*word);
  to.delay = keys.duration("delay").value_or(milliseconds{0});
  to.failover = keys.texts("failover").value_or(std::vector<std::string>{});
  to.repeat_after = keys.duration("repeat_after").value_or(milliseconds{0});
  read_throttle(keys, to);
  to.template_code = keys.text("template").value_or("");
  if (const auto digest = keys.duration("digest")) {
    to.digest = *digest;
    if (to.digest.count() == 0)
      keys.wrong("digest", "must be more than 0s");
    else if (to.digest > longest_digest)
      keys.wrong("digest", "must be at most 7d");
  }
  keys.finish();
  return to;
}

}  // namespace

std::vector<route> read_routes(const node& from, std::vector<fault>& faults) {
  std::vector<route> routes;
  auto written = typed(from);
  auto* items = std::get_if<list>(&written.value);
  if (!items) {
    faults.push_back({from.place + ": routes", "must be written as [[routes]]"});
    return routes;
  }
  for (std::size_t i = 0; i < items->size(); ++i)
    routes.push_back(read_route("routes[" + std::to_string(i) + ']', (*items)[i], faults));
  return routes;
}

void name_channels(route& to, const codec::text_check& objection) {
  to.channels = codec::with_own_names(std::move(to.channels), objection);
  to.failover = codec::with_own_names(std::move(to.failover), objection);
}

bool backs_itself(const route& what, const std::string& backup) {
  return std::ranges::find(what.channels, backup) != what.channels.end();
}

}  // namespace carillon::configuration
