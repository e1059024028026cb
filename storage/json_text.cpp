#include "storage/json_text.hpp"

#include <nlohmann/json.hpp>

namespace carillon::storage {

using nlohmann::json;

namespace {

json json_of(const content& x) {
  return {{"type", x.type},    {"title", x.title}, {"text", x.text},
          {"data", x.data},    {"html", x.html},   {"template_id", x.template_id},
          {"params", x.params}};
}

content content_of(const json& x) {
  const auto text = [&](const char* key) { return x.at(key).get<std::string>(); };
  return {text("type"), text("title"),       text("text"),  text("data"),
          text("html"), text("template_id"), text("params")};
}

}  // namespace

std::string text_of(const std::vector<std::string>& list) {
  return json(list).dump();
}

std::vector<std::string> strings_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>{}
                      : json::parse(text).get<std::vector<std::string>>();
}

std::string text_of(const notification& x) {
  json out{{"title", x.title},
           {"message", x.message},
           {"type", to_string(x.type)},
           {"priority", to_string(x.priority)},
           {"extra_data", x.extra_data},
           {"source", x.source},
           {"group_key", x.group_key},
           {"dedupe_key", x.dedupe_key},
           {"created_at", to_millis(x.created_at)}};
  if (x.expires_at)
    out["expires_at"] = to_millis(*x.expires_at);
  return out.dump();
}

notification notification_of(const std::string& text) {
  const auto in = json::parse(text);
  const auto text_at = [&](const char* key) { return in.at(key).get<std::string>(); };
  notification out;
  out.title = text_at("title");
  out.message = text_at("message");
  out.type = parse_notification_type(text_at("type")).value_or(notification_type::info);
  out.priority = parse_priority(text_at("priority")).value_or(priority::normal);
  out.extra_data = text_at("extra_data");
  out.source = text_at("source");
  out.group_key = text_at("group_key");
  out.dedupe_key = text_at("dedupe_key");
  out.created_at = from_millis(in.at("created_at").get<std::int64_t>());
  if (const auto end = in.find("expires_at"); end != in.end())
    out.expires_at = from_millis(end->get<std::int64_t>());
  return out;
}

std::string text_of(const std::vector<delivery_ptr>& shown) {
  auto list = json::array();
  for (const auto& x : shown) {
    auto& one = list.emplace_back(
      json{{"channel", x->channel}, {"status", to_string(x->status)}, {"reason", x->reason}});
    if (x->id != delivery_id{})
      one["id"] = to_text(x->id);
    if (x->notification)
      one["notification"] = to_text(*x->notification);
  }
  return list.dump();
}

std::vector<std::shared_ptr<delivery>> shown_in(const std::string& text) {
  std::vector<std::shared_ptr<delivery>> out;
  for (const auto& x : json::parse(text)) {
    auto& one = *out.emplace_back(std::make_shared<delivery>());
    one.channel = x.at("channel").get<std::string>();
    one.status =
      parse_delivery_status(x.at("status").get<std::string>()).value_or(delivery_status::failed);
    one.reason = x.at("reason").get<std::string>();
    one.id = parse_id<delivery_id>(x.value("id", "")).value_or(delivery_id{});
    one.notification = parse_id<notification_id>(x.value("notification", ""));
  }
  return out;
}

std::string text_of(const std::vector<failover_step>& steps) {
  if (steps.empty())
    return {};
  auto list = json::array();
  for (const auto& x : steps) {
    auto& step = list.emplace_back(json{{"channel", x.channel},
                                        {"recipient", x.recipient},
                                        {"max_attempts", x.max_attempts},
                                        {"max_age_ms", x.max_age.count()}});
    if (x.content)
      step["content"] = json_of(*x.content);
    if (x.until != timestamp::max())
      step["until"] = to_millis(x.until);
  }
  return list.dump();
}

std::vector<failover_step> steps_of(const std::string& text) {
  std::vector<failover_step> steps;
  if (text.empty())
    return steps;
  for (const auto& x : json::parse(text)) {
    auto& step = steps.emplace_back();
    step.channel = x.at("channel").get<std::string>();
    step.recipient = x.at("recipient").get<std::string>();
    step.max_attempts = x.at("max_attempts").get<int>();
    step.max_age = milliseconds{x.at("max_age_ms").get<std::int64_t>()};
    if (const auto own = x.find("content"); own != x.end())
      step.content = content_of(*own);
    if (const auto end = x.find("until"); end != x.end())
      step.until = from_millis(end->get<std::int64_t>());
  }
  return steps;
}

std::string text_of(const bulk_letter& letter) {
  json out{{"template", letter.template_code},
           {"data", letter.data},
           {"channels", letter.channels},
           {"trace_id", letter.trace_id}};
  if (letter.priority)
    out["priority"] = to_string(*letter.priority);
  return out.dump();
}

bulk_letter letter_of(const std::string& text) {
  const auto in = json::parse(text);
  bulk_letter out;
  out.template_code = in.at("template").get<std::string>();
  out.data = in.at("data").get<std::string>();
  out.channels = in.at("channels").get<std::vector<std::string>>();
  out.trace_id = in.at("trace_id").get<std::string>();
  if (const auto found = in.find("priority"); found != in.end())
    out.priority = parse_priority(found->get<std::string>());
  return out;
}

std::string text_of(const event_letter& letter) {
  auto groups = json::array();
  for (const auto& x : letter.groups)
    groups.push_back({{"role", x.role}, {"store", x.store_id}});
  return json{{"routes", letter.routes}, {"groups", groups}, {"told", letter.told}}.dump();
}

event_letter event_letter_of(const std::string& text) {
  const auto in = json::parse(text);
  event_letter out;
  out.routes = in.at("routes").get<std::vector<std::string>>();
  for (const auto& x : in.at("groups"))
    out.groups.push_back({{}, x.at("role").get<std::string>(), x.at("store").get<std::string>()});
  out.told = in.at("told").get<told_list>();
  return out;
}

std::string text_of(const delivery_filter& filter) {
  auto out = json::object();
  const auto put = [&](const char* name, const auto& value, auto show) {
    if (value)
      out[name] = show(*value);
  };
  const auto word = [](auto x) { return std::string{to_string(x)}; };
  const auto text = [](const std::string& x) { return x; };
  put("status", filter.status, word);
  put("channel", filter.channel, text);
  put("event_type", filter.event_type, text);
  put("recipient", filter.recipient, text);
  put("error_class", filter.why, word);
  put("since", filter.since, to_millis);
  put("until", filter.until, to_millis);
  for (const auto& id : filter.ids)
    out["ids"].push_back(to_text(id));
  return out.dump();
}

delivery_filter filter_of(const std::string& text) {
  const auto in = json::parse(text);
  delivery_filter out;
  const auto read = [&](const char* name, auto& to, auto parse) {
    if (const auto found = in.find(name); found != in.end())
      to = parse(*found);
  };
  const auto word = [](const json& x) { return x.get<std::string>(); };
  const auto time = [](const json& x) { return from_millis(x.get<std::int64_t>()); };
  read("status", out.status, [&](const json& x) { return parse_delivery_status(word(x)); });
  read("channel", out.channel, word);
  read("event_type", out.event_type, word);
  read("recipient", out.recipient, word);
  read("error_class", out.why, [&](const json& x) { return parse_error_class(word(x)); });
  read("since", out.since, time);
  read("until", out.until, time);
  for (const auto& x : in.value("ids", json::array()))
    if (const auto id = parse_id<delivery_id>(word(x)))
      out.ids.push_back(*id);
  return out;
}

}  // namespace carillon::storage
