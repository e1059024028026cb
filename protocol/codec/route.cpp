#include "protocol/codec/route.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/channel_name.hpp"
#include "protocol/rules/durations.hpp"
#include "protocol/rules/routing.hpp"
#include "protocol/rules/when.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 13> route_members{
  "name",     "event", "when",         "enabled",  "channels", "template", "audience",
  "priority", "delay", "repeat_after", "throttle", "digest",   "failover"};
constexpr std::array<std::string_view, 5> audience_members{"user", "role", "store", "addresses",
                                                           "field"};
constexpr std::size_t most_text = 4096;
constexpr std::size_t most_routes = 1000;

void read_route_audience(const fields& in, route& to) {
  const auto text = in.object("audience");
  if (text.empty())
    return;
  const auto object =
    read_json(text, {.depth = 1, .names = audience_members, .outer = {}, .strict = true});
  const auto from = in.within(*object, "audience");
  from.refuse_unknown();
  audience whom{from.id("user"), from.id("role"), from.id("store")};
  if (whom.personal() && !(whom.role.empty() && whom.store_id.empty()))
    from.note("user", "stands alone: a role or a store beside it would mean nothing");
  to.addresses = from.texts("addresses", max_address).value_or(std::vector<std::string>{});
  to.audience_field = from.id("field");
  to.to.reset();
  if (!whom.broadcast())
    to.to = std::move(whom);
  if (to.to && !to.audience_field.empty())
    from.note("field", "stands alone: a user, a role or a store beside it would win");
}

void read_route_event(const fields& in, route& to) {
  if (in.has("event"))
    to.event = in.id("event");
  if (to.event.empty())
    in.note("event", "is required: which events is it for?");
  else if (!rules::valid_pattern(to.event))
    in.note("event", "must be words between dots, with * for one and ** for any number");
  if (!in.has("when"))
    return;
  to.when = in.text("when", most_text);
  to.condition.reset();
  if (to.when.empty())
    return;
  if (auto read = rules::parse_when(to.when))
    to.condition = std::move(*read);
  else
    in.note("when", read.error().detail);
}

/// Whether it is there and can be read.
bool read_duration(const fields& in, std::string_view name, milliseconds& to) {
  if (!in.has(name))
    return false;
  const auto read = rules::parse_duration(in.text(name, max_id));
  if (read)
    to = *read;
  else
    in.note(name, "must be a duration such as 10m");
  return read.has_value();
}

void read_throttle(const fields& in, route& to) {
  if (!in.has("throttle"))
    return;
  const auto text = in.text("throttle", max_id);
  const auto rate = text.empty() ? std::nullopt : rules::parse_rate(text);
  if (!rate) {
    in.note("throttle", "must be a number per time such as 1/10m");
    return;
  }
  to.throttle_count = *rate ? (*rate)->count : 0;
  to.throttle_per = *rate ? (*rate)->per : milliseconds{0};
}

void read_digest(const fields& in, route& to) {
  const auto given = read_duration(in, "digest", to.digest);
  if (given && to.digest.count() == 0)
    in.note("digest", "must be more than 0s");
  else if (to.digest > longest_digest)
    in.note("digest", "must be at most 7d");
}

route read_route(const fields& in, const std::vector<route>& known) {
  in.refuse_unknown();
  route to;
  to.event.clear();
  auto name = in.id("name");
  if (const auto base = std::ranges::find(known, name, &route::name);
      !name.empty() && base != known.end())
    to = *base;
  if (to.origin == "built-in")
    to.enabled = true;  // naming one is how it is switched on
  to.origin = "api";
  to.name = std::move(name);
  read_route_event(in, to);
  if (in.has("enabled"))
    to.enabled = in.required_flag("enabled").value_or(true);
  if (auto names = read_channels(in, "channels"))
    to.channels = std::move(*names);
  if (in.has("template"))
    to.template_code = in.id("template");
  read_route_audience(in, to);
  if (auto word = in.word("priority", parse_priority, "low, normal, high, urgent"))
    to.priority = word;
  read_duration(in, "delay", to.delay);
  read_duration(in, "repeat_after", to.repeat_after);
  read_throttle(in, to);
  read_digest(in, to);
  if (auto names = read_channels(in, "failover", {}, 0))
    to.failover = std::move(*names);
  return to;
}

nlohmann::ordered_json audience_json(const route& what) {
  auto out = nlohmann::ordered_json::object();
  const auto put = [&](const char* name, const std::string& text) {
    if (!text.empty())
      out[name] = text;
  };
  if (what.to) {
    put("user", what.to->user_id);
    put("role", what.to->role);
    put("store", what.to->store_id);
  }
  if (!what.addresses.empty())
    out["addresses"] = what.addresses;
  put("field", what.audience_field);
  return out;
}

nlohmann::ordered_json json_of(const route& what, bool shown) {
  nlohmann::ordered_json out{{"name", what.name},
                             {"event", what.event},
                             {"enabled", what.enabled},
                             {"channels", what.channels}};
  if (shown)
    out["origin"] = what.origin;
  if (!what.when.empty())
    out["when"] = what.when;
  if (!what.template_code.empty())
    out["template"] = what.template_code;
  if (auto to = audience_json(what); !to.empty())
    out["audience"] = std::move(to);
  if (what.priority)
    out["priority"] = to_string(*what.priority);
  if (what.delay.count() > 0)
    out["delay"] = rules::to_text(what.delay);
  if (what.repeat_after.count() > 0)
    out["repeat_after"] = rules::to_text(what.repeat_after);
  if (what.throttle_count > 0)
    out["throttle"] = std::to_string(what.throttle_count) + "/" + rules::to_text(what.throttle_per);
  if (what.digest.count() > 0)
    out["digest"] = rules::to_text(what.digest);
  if (!what.failover.empty())
    out["failover"] = what.failover;
  return out;
}

std::vector<route> read_routes(const fields& in, const std::vector<route>& known) {
  std::vector<route> all;
  if (!in.has("routes"))
    in.note("routes", "is required");
  const auto* items = in.list("routes", most_routes);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const auto place = "routes/" + std::to_string(i);
    if ((*items)[i].is != json_value::kind::object) {
      in.note(place, "must be an object");
      continue;
    }
    auto one = read_route(in.within((*items)[i], place), known);
    if (one.name.empty())
      one.name = "api[" + std::to_string(i) + "]";
    if (std::ranges::find(all, one.name, &route::name) != all.end())
      in.note(place + "/name", "is taken");
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

result<std::vector<route>> decode_routes(std::string_view body, const std::vector<route>& known) {
  static constexpr std::array<std::string_view, 1> outer{"routes"};
  const record_shape shape{.depth = 3, .names = route_members, .outer = outer, .strict = true};
  return read_body(body, shape, [&](const fields& in) { return read_routes(in, known); });
}

result<route> decode_route(std::string_view document) {
  const record_shape shape{.depth = 1, .names = route_members, .outer = {}, .strict = true};
  return read_body(document, shape, [](const fields& in) { return read_route(in, {}); });
}

std::string route_json(const route& what, bool shown) {
  return json_of(what, shown).dump();
}

std::string routes_json(const std::vector<route>& all) {
  std::string out = R"({"items":[)";
  for (const auto& one : all) {
    if (out.back() != '[')
      out += ',';
    out += route_json(one, true);
  }
  return out += R"(],"next":null})";
}

}  // namespace carillon::codec
