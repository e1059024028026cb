#include "protocol/codec/recipient.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/rules/quiet.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace carillon::codec {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> recipient_members{"user_id", "addresses", "roles",
                                                            "stores",  "locale",    "time_zone"};

constexpr std::size_t max_locale = 35;
constexpr std::size_t max_channel_name = 64;

void read_recipient_addresses(const fields& in, const text_check& objection,
                              recipient_record& out) {
  const auto text = in.object("addresses");
  if (text.empty())
    return;
  const auto members = json::parse(text);
  if (members.size() > max_addresses)
    return in.note("addresses", "has more than " + std::to_string(max_addresses) + " members");
  for (const auto& [channel, value] : members.items()) {
    const auto place = "addresses/" + channel;
    if (value.is_null())
      continue;
    if (!value.is_string() && !value.is_object()) {
      in.note(place, "must be a text");
      continue;
    }
    auto address = value.is_string() ? value.get<std::string>() : value.dump();
    if (channel.empty() || channel.size() > max_channel_name || has_control(channel))
      in.note(place, "is not the name of a channel");
    else if (address.empty() || address.size() > max_address || has_control(address))
      in.note(place,
              "must be 1 to " + std::to_string(max_address) + " bytes without control characters");
    else  // members come sorted, so the one by our name comes before the other and stays
      out.addresses.emplace(own_name(channel, objection), std::move(address));
  }
}

}  // namespace

result<recipient_record> decode_recipient(std::string_view text, std::string_view user_id,
                                          const text_check& objection) {
  const record_shape shape{.names = recipient_members, .outer = {}, .strict = true};
  return read_body(text, shape, [&](const fields& in) {
    in.refuse_unknown();
    recipient_record out;
    out.user_id = user_id.empty() ? in.required_id("user_id") : std::string{user_id};
    if (!user_id.empty() && in.has("user_id") && in.id("user_id") != user_id)
      in.note("user_id", "is not the one in the path");
    read_recipient_addresses(in, objection, out);
    out.roles = in.texts("roles", max_id).value_or(std::vector<std::string>{});
    out.stores = in.texts("stores", max_id).value_or(std::vector<std::string>{});
    out.locale = in.text("locale", max_locale);
    out.time_zone = in.text("time_zone", max_id);
    if (!out.time_zone.empty() && rules::find_time_zone(out.time_zone) == nullptr)
      in.note("time_zone", "is not a time zone known here, such as Asia/Shanghai");
    return out;
  });
}

std::string recipient_json(const recipient_record& what) {
  const auto or_null = [](const std::string& x) { return x.empty() ? json() : json(x); };
  nlohmann::ordered_json out;
  out["user_id"] = what.user_id;
  out["addresses"] = json::object();
  for (const auto& [channel, address] : what.addresses)
    out["addresses"][channel] = address;
  out["roles"] = what.roles;
  out["stores"] = what.stores;
  out["locale"] = or_null(what.locale);
  out["time_zone"] = or_null(what.time_zone);
  return out.dump();
}

}  // namespace carillon::codec
