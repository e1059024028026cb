#include "protocol/codec/mailing.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/level.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::codec {

namespace {

constexpr auto mailing_members = std::to_array<std::string_view>(
  {"channels", "recipient", "title", "content", "extra_data", "priority", "type", "source",
   "locale", "message", "body", "extraData"});

constexpr auto template_mailing_members = std::to_array<std::string_view>(
  {"template_name", "recipient", "template_vars", "language", "locale", "channels", "priority",
   "source", "templateName", "templateVars"});

/// What is wrong with an address or a user id; empty for nothing.
std::string fault_of_address(const nlohmann::json& value, std::size_t most) {
  if (!value.is_string())
    return "must be text";
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > most)
    return "must have 1 to " + std::to_string(most) + " bytes";
  return has_control(text) ? "must not contain control characters" : std::string{};
}

/// The record kept the object as compact JSON text, which was read once already.
void read_addresses(const std::string& object, const fields& in, const text_check& objection,
                    mailing_draft& to) {
  const auto given = nlohmann::json::parse(object);
  if (given.empty())
    in.note("recipient", "names nobody");
  for (const auto& [name, value] : given.items()) {
    const bool is_user = name == "user_id";
    if (auto wrong = fault_of_address(value, is_user ? max_id : max_address); !wrong.empty()) {
      in.note("recipient/" + name, std::move(wrong));
    } else if (is_user) {
      to.user_id = value.get<std::string>();
    } else {
      to.addresses.insert_or_assign(own_name(name, objection), value.get<std::string>());
    }
  }
}

void read_recipient(const fields& in, const text_check& objection, mailing_draft& to) {
  const auto* given = in.value("recipient");
  if (given == nullptr)
    return;
  if (given->is == json_value::kind::object)
    read_addresses(given->text, in, objection, to);
  else if (given->is == json_value::kind::string)
    to.recipient = in.text("recipient", max_address);
  else
    in.note("recipient", "must be text or an object");
}

void read_common(const fields& in, mailing_draft& to, const text_check& objection) {
  if (auto named = read_channel_names(in, "channels", objection)) {
    for (const auto& name : *named)
      to.asked.emplace(name, own_name(name, objection));
    to.channels = with_own_names(std::move(*named), objection);
  }
  read_recipient(in, objection, to);
  const auto urgency = in.word("priority", parse_priority, "low, normal, high, urgent");
  to.priority_given = urgency.has_value();
  to.what.priority = urgency.value_or(priority::normal);
  to.what.source = in.id_or_empty("source");
}

bool arrived(const delivery& x) {
  return x.status == delivery_status::delivered;
}

/// Why it has not arrived, as far as that is known.
std::string_view fault_of(const delivery& x) {
  if (arrived(x))
    return {};
  return x.last_error.empty() ? std::string_view{x.reason} : std::string_view{x.last_error};
}

void append_result(std::string& out, std::string_view name, bool all) {
  if (out.back() != '{')
    out += ',';
  append_json_string(out, name);
  out += all ? ":true" : ":false";
}

/// A channel's result, under each name that was asked for it.
void append_results(std::string& out, const mailed& what, const std::string& channel,
                    const std::map<std::string, std::string>& asked) {
  const bool all = std::ranges::all_of(
    what.deliveries, [&](const delivery_ptr& x) { return x->channel != channel || arrived(*x); });
  bool named = false;
  for (const auto& [name, ours] : asked)
    if (ours == channel) {
      append_result(out, name, all);
      named = true;
    }
  if (!named)
    append_result(out, channel, all);
}

void append_row(std::string& out, const delivery& x) {
  out += R"({"id":)";
  if (x.id != delivery_id{})
    append_json_string(out, to_text(x.id));
  else if (x.notification && arrived(x))
    append_json_string(out, to_text(*x.notification));
  else
    out += "null";
  out += R"(,"channel":)";
  append_json_string(out, x.channel);
  out.append(R"(,"status":")").append(to_string(x.status)).append(R"(","error":)");
  append_json_string_or_null(out, fault_of(x));
  out += '}';
}

}  // namespace

result<mailing_draft> decode_mailing(std::string_view body, const text_check& objection) {
  return read_body(
    body, {.names = mailing_members, .outer = {}, .strict = true}, [&](const fields& in) {
      in.refuse_unknown();
      mailing_draft draft;
      if (!in.has("channels"))
        in.note("channels", "is required");
      auto& to = draft.what;
      to.title = in.required_text("title", 1, max_title_characters);
      to.message =
        in.required_text(in.either("content", "message", "body"), 0, max_message_characters);
      to.extra_data = in.object(in.either("extra_data", "extraData"));
      to.type = in.word("type", parse_type, "info, success, warning, error, alert")
                  .value_or(notification_type::info);
      read_common(in, draft, objection);
      draft.locale = in.id_or_empty("locale");
      return draft;
    });
}

result<mailing_draft> decode_template_mailing(std::string_view body, const text_check& objection) {
  return read_body(
    body, {.names = template_mailing_members, .outer = {}, .strict = true}, [&](const fields& in) {
      in.refuse_unknown();
      mailing_draft draft;
      draft.template_code = in.required_id(in.either("template_name", "templateName"));
      draft.what.extra_data = in.data(in.either("template_vars", "templateVars"));
      draft.locale = in.id_or_empty(in.either("language", "locale"));
      read_common(in, draft, objection);
      return draft;
    });
}

std::string mailed_json(const mailed& what, std::string_view of_template,
                        const std::map<std::string, std::string>& asked) {
  const bool success = std::ranges::any_of(what.deliveries, [](auto& x) { return arrived(*x); });
  std::string out = success ? R"({"success":true,"message":")" : R"({"success":false,"message":")";
  out += of_template.empty() ? "" : "模板";
  out += success ? "通知已发送\"" : "通知未能送达\"";
  if (!of_template.empty()) {
    out += R"(,"template":)";
    append_json_string(out, of_template);
  }
  out += R"(,"results":{)";
  for (const auto& x : what.deliveries) {
    const auto first = std::ranges::find(what.deliveries, x->channel, &delivery::channel);
    if (*first == x)
      append_results(out, what, x->channel, asked);
  }
  out += R"(},"deliveries":[)";
  for (const auto& x : what.deliveries) {
    if (out.back() != '[')
      out += ',';
    append_row(out, *x);
  }
  return out += "]}";
}

}  // namespace carillon::codec
