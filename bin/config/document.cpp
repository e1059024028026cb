#include "bin/config/document.hpp"

#include "adapters/channels/registry.hpp"
#include "bin/config/masked_url.hpp"
#include "protocol/rules/durations.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace carillon::configuration {

namespace {

using nlohmann::json;

/// Settings are tables of tables at most.
constexpr int max_nesting = 8;

node node_of(const json& x) {
  switch (x.type()) {
    case json::value_t::boolean:
      return from_api(x.get<bool>());
    case json::value_t::number_integer:
      return from_api(x.get<std::int64_t>());
    case json::value_t::number_unsigned: {
      constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      return from_api(static_cast<std::int64_t>(std::min(x.get<std::uint64_t>(), most)));
    }
    case json::value_t::number_float:
      return from_api(x.get<double>());
    case json::value_t::array: {
      list items;
      for (const auto& item : x)
        items.push_back(node_of(item));
      return from_api(std::move(items));
    }
    case json::value_t::object: {
      table members;
      for (const auto& [key, value] : x.items())
        if (!value.is_null())
          members.emplace(key, node_of(value));
      return from_api(std::move(members));
    }
    default:
      return from_api(x.is_string() ? x.get<std::string>() : std::string{});
  }
}

json json_of(const node& x) {
  return std::visit(
    []<class Value>(const Value& value) -> json {
      if constexpr (std::is_same_v<Value, table>) {
        auto out = json::object();
        for (const auto& [key, member] : value)
          out[key] = json_of(member);
        return out;
      } else if constexpr (std::is_same_v<Value, list>) {
        auto out = json::array();
        for (const auto& item : value)
          out.push_back(json_of(item));
        return out;
      } else {
        return value;
      }
    },
    x.value);
}

node show_retry(const retry_policy& what) {
  if (what.schedule.empty())
    return from_api(table{{"backoff", from_api("exponential")},
                          {"base", from_api(rules::to_text(what.base))},
                          {"cap", from_api(rules::to_text(what.cap))},
                          {"jitter", from_api(what.full_jitter ? "full" : "none")},
                          {"max_attempts", from_api(std::int64_t{what.max_attempts})}});
  auto waits = from_api(rules::schedule_text(what));
  if (what.max_attempts == static_cast<int>(what.schedule.size()) + 1)
    return waits;
  return from_api(table{{"schedule", std::move(waits)},
                        {"max_attempts", from_api(std::int64_t{what.max_attempts})}});
}

}  // namespace

node from_api(decltype(node::value) value) {
  return {std::move(value), {}, origin::api};
}

result<table> read_document(std::string_view text) {
  const auto shallow = [](int depth, json::parse_event_t, json&) {
    if (depth > max_nesting)
      throw std::length_error{"too deep"};
    return true;
  };
  json read;
  try {
    read = json::parse(text, shallow);
  } catch (const std::length_error&) {
    return error{errc::malformed, "the body is nested too deeply"};
  } catch (const json::exception&) {
    return error{errc::malformed, "the body is not JSON in UTF-8"};
  }
  if (!read.is_object())
    return error{errc::invalid, "the body must be a JSON object", {{"", "must be an object"}}};
  return std::get<table>(node_of(read).value);
}

std::string write_document(const table& what) {
  return json_of(from_api(what)).dump();
}

table show_channel(const channel_settings& what) {
  list failover;
  for (const auto& name : what.failover)
    failover.push_back(from_api(name));
  table shown{{"type", from_api(what.type)},
              {"enabled", from_api(what.enabled)},
              {"rate", from_api(rules::to_text(what.rate))},
              {"burst", from_api(std::int64_t{what.rate ? what.rate->burst : 0})},
              {"concurrency", from_api(std::int64_t{what.concurrency})},
              {"timeout_seconds", from_api(std::int64_t{what.timeout / seconds{1}})},
              {"max_age", from_api(rules::to_text(what.max_age))},
              {"retry", show_retry(what.retry)},
              {"failover", from_api(std::move(failover))},
              {"circuit_failures", from_api(std::int64_t{what.circuit_failures})},
              {"circuit_cooldown", from_api(rules::to_text(what.circuit_cooldown))}};
  const auto* type = find_channel_type(what.type);
  for (const auto& [key, value] : what.keys) {
    const bool secret =
      !type || std::ranges::any_of(type->keys, [&key = key](const channel_key& known) {
        return known.name == key && known.secret;
      });
    shown.emplace(key, from_api(secret && !value.empty() ? std::string{mask} : masked_url(value)));
  }
  return shown;
}

}  // namespace carillon::configuration
