#include "protocol/codec/template.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/channel_name.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"
#include "protocol/rules/templates.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 15> template_members{
  "event",   "code", "channel",  "language", "syntax",  "template_id",    "params",       "title",
  "content", "html", "channels", "priority", "enabled", "payload_schema", "template_name"};
constexpr std::array<std::string_view, 6> preview_members{"event",    "template_name", "data",
                                                          "language", "channel",       "recipient"};
constexpr std::array<std::string_view, 1> version_members{"version"};

/// The source of a part, in bytes.
constexpr std::size_t max_part = 64 << 10;

/// A language as BCP 47 writes it, by its form alone: `zh`, `zh-CN`, `zh-Hant-TW`; also `zh_CN`.
bool is_language_tag(std::string_view text) {
  constexpr std::size_t longest = 8;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::size_t length = 0;
  bool first = true;
  for (const char c : text) {
    if (c == '-' || c == '_') {
      if (length < (first ? 2 : 1))
        return false;
      first = false;
      length = 0;
    } else if (++length > longest || !(is_letter(c) || (!first && c >= '0' && c <= '9'))) {
      return false;
    }
  }
  return length >= (first ? 2 : 1);
}

std::string read_channel(const fields& in, const text_check& objection) {
  auto channel = own_name(in.id_or_empty("channel"), objection);
  if (!channel.empty() && objection)
    if (auto wrong = objection(channel); !wrong.empty())
      in.note("channel", std::move(wrong));
  return channel;
}

/// Keeps what is there already where the body says nothing.
class template_reader {
 public:
  template_reader(const fields& in, const text_check& objection, message_template& to)
      : in_(in), objection_(objection), to_(to) {}

  void read(const std::string& language) {
    read_names(language);
    if (auto syntax = in_.word("syntax", parse_template_syntax, "handlebars, braces, dollar"))
      to_.syntax = *syntax;
    part("title", to_.title);
    part("content", to_.content);
    part("html", to_.html);
    if (mentioned("template_id"))
      to_.provider_template = in_.id_or_empty("template_id");
    read_params();
    if (auto named = read_channels(in_, "channels", objection_, 0))
      to_.channels = std::move(*named);
    if (mentioned("priority"))
      to_.priority = in_.word("priority", parse_priority, "low, normal, high, urgent");
    if (in_.has("enabled"))
      to_.enabled = in_.required_flag("enabled").value_or(true);
    if (mentioned("payload_schema"))
      to_.payload_schema = in_.object("payload_schema");
    if (to_.title.empty() && to_.content.empty() && to_.html.empty()
        && to_.provider_template.empty())
      in_.note("content", "is required, or a title, html or template_id");
  }

 private:
  bool mentioned(std::string_view name) const { return in_.has(name); }

  void read_names(const std::string& language) {
    if (mentioned("event"))
      to_.event = in_.id("event");
    const auto name = in_.either("code", "template_name");
    if (mentioned(name))
      to_.code = in_.id(name);
    else if (to_.code.empty() || mentioned("event"))
      to_.code = to_.event;
    if (to_.code.empty())
      in_.note("code", "is required, or an event");
    if (mentioned("channel"))
      to_.channel = read_channel(in_, objection_);
    if (mentioned("language")) {
      to_.language = in_.id("language");
      if (!to_.language.empty() && !is_language_tag(to_.language))
        in_.note("language", "must be a language tag such as zh-CN");
    }
    if (to_.language.empty())
      to_.language = language;
  }

  void part(std::string_view name, std::string& to) {
    if (!mentioned(name))
      return;
    to = in_.required_text(name, 0, max_part);
    if (to.size() > max_part)
      in_.note(name, "must be at most 65536 bytes");
  }

  void read_params() {
    const auto* x = in_.value("params");
    if (x == nullptr)
      return;
    if (x->is == json_value::kind::object && x->text.size() <= max_object) {
      to_.params = x->text;
      return;
    }
    const auto* list = in_.list("params", 100);
    if (x->is != json_value::kind::array || list == nullptr)
      return in_.note("params", "must be an object or a list of texts");
    to_.params = "[";
    for (const auto& one : *list) {
      if (one.is != json_value::kind::string)
        return in_.note("params", "must be an object or a list of texts");
      to_.params += to_.params.size() > 1 ? "," : "";
      append_json_string(to_.params, one.text);
    }
    to_.params += ']';
  }

  const fields& in_;
  const text_check& objection_;
  message_template& to_;
};

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const auto& one : texts) {
    out += out.back() == '[' ? "" : ",";
    append_json_string(out, one);
  }
  out += ']';
}

void append_template_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_json_string_or_null(out, text);
}

void append_json_or_null(std::string& out, std::string_view name, std::string_view json) {
  out.append(",\"").append(name).append("\":").append(json.empty() ? "null" : json);
}

/// The members that every version has, after a first one.
void append_words(std::string& out, const message_template& x) {
  append_template_member(out, "syntax", to_string(x.syntax));
  append_template_member(out, "title", x.title);
  append_template_member(out, "content", x.content);
  append_template_member(out, "html", x.html);
  append_template_member(out, "template_id", x.provider_template);
  append_json_or_null(out, "params", x.params);
  out += R"(,"channels":)";
  append_texts(out, x.channels);
  append_template_member(out, "priority", x.priority ? to_string(*x.priority) : std::string_view{});
  out += x.enabled ? R"(,"enabled":true)" : R"(,"enabled":false)";
  append_json_or_null(out, "payload_schema", x.payload_schema);
}

}  // namespace

result<message_template> decode_template(std::string_view body, const std::string& language,
                                         const text_check& objection,
                                         const message_template* before) {
  return read_body(body, {.names = template_members, .outer = {}}, [&](const fields& in) {
    auto out = before != nullptr ? *before : message_template{};
    template_reader{in, objection, out}.read(language);
    const auto made = rules::compile_template(std::make_shared<const message_template>(out));
    if (!made)
      for (const auto& x : made.error().faults)
        in.note(std::string_view{x.path}.substr(1), x.message);
    return out;
  });
}

result<message_template> decode_template_parts(std::string_view body, const std::string& language,
                                               const text_check& objection) {
  return read_body(body, {.names = template_members, .outer = {}}, [&](const fields& in) {
    message_template out{.code = "unnamed"};
    template_reader{in, objection, out}.read(language);
    return out;
  });
}

std::string template_json(const message_template& x) {
  std::string out = R"({"id":")" + to_text(x.id) + '"';
  append_template_member(out, "code", x.code);
  append_template_member(out, "event", x.event);
  append_template_member(out, "channel", x.channel);
  append_template_member(out, "language", x.language);
  append_words(out, x);
  out += R"(,"version":)" + std::to_string(x.version);
  append_template_member(out, "created_at", rfc3339(x.created_at));
  append_template_member(out, "updated_at", rfc3339(x.updated_at));
  append_template_member(out, "updated_by", x.updated_by);
  out += '}';
  return out;
}

std::string template_versions_json(std::span<const template_ptr> versions) {
  std::string out = R"({"items":[)";
  for (const auto& x : versions) {
    out += out.back() == '[' ? "{" : ",{";
    out += R"("version":)" + std::to_string(x->version);
    append_template_member(out, "created_at", rfc3339(x->updated_at));
    append_template_member(out, "created_by", x->updated_by);
    append_words(out, *x);
    out += '}';
  }
  out += "]}";
  return out;
}

result<preview_draft> decode_preview(std::string_view body, const text_check& objection) {
  return read_body(body, {.names = preview_members, .outer = {}}, [&](const fields& in) {
    preview_draft out;
    out.event = in.id("event");
    out.code = in.id("template_name");
    if (out.event.empty() && out.code.empty())
      in.note("event", "is required, or a template_name");
    if (in.has("data"))
      out.data = in.data("data");
    out.language = in.id_or_empty("language");
    out.channel = read_channel(in, objection);
    out.recipient = in.text("recipient", max_address);
    return out;
  });
}

result<int> decode_version(std::string_view body) {
  return read_body(body, {.names = version_members, .outer = {}}, [&](const fields& in) {
    int version = 0;
    const auto* x = in.value("version");
    const bool number = x != nullptr && x->is == json_value::kind::number;
    const auto end = number ? x->text.data() + x->text.size() : nullptr;
    if (!number || std::from_chars(x->text.data(), end, version).ptr != end || version < 1)
      in.note("version", "must be the number of a version");
    return version;
  });
}

}  // namespace carillon::codec
