#include "adapters/channels/registry.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/order.hpp"
#include "protocol/codec/template.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/rules/routing.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace carillon::http::api {

namespace {

using nlohmann::ordered_json;

/// What a provider would be sent, without where to and with what credentials.
ordered_json payload_of(const carillon::request& what) {
  if (const auto* http = std::get_if<http_request>(&what)) {
    auto body = ordered_json::parse(http->body, nullptr, false);
    return body.is_discarded() ? ordered_json(http->body) : body;
  }
  if (const auto* mail = std::get_if<mail_request>(&what))
    return {{"from", mail->from}, {"to", mail->to}, {"message", mail->message}};
  return {{"line", std::get<log_request>(what).line}};
}

/// What the inbox would keep.
ordered_json inbox_payload(const content& words, priority lane) {
  return {{"title", words.title},
          {"message", words.text},
          {"type", "info"},
          {"priority", to_string(lane)},
          {"extra_data", ordered_json::parse(words.data)}};
}

/// One look at a template: what each channel would say.
class previewer {
 public:
  previewer(const call& c, codec::preview_draft what)
      : c_(c), what_(std::move(what)), book_(c.with.templates->now()), catalog_(c.with.catalog()) {}

  void answer() {
    const auto* by = route_of();
    const auto code = by != nullptr && !by->template_code.empty() ? by->template_code
                      : what_.code.empty()                        ? what_.event
                                                                  : what_.code;
    if (!book_->knows(code))
      return c_.answer(error{errc::not_found, "there is no template " + code});
    auto data = rules::render::document::read(what_.data);
    if (!data)
      return c_.answer(data.error());
    const auto language = what_.language.empty() ? book_->default_language() : what_.language;
    ordered_json out{{what_.code.empty() ? "event" : "template_name",
                      what_.code.empty() ? what_.event : what_.code},
                     {"language", language},
                     {"previews", ordered_json::array()}};
    for (const auto& channel : channels_of(by, code))
      out["previews"].push_back(on(code, channel, language, *data));
    c_.answer(reply{200, out.dump(-1, ' ', false, ordered_json::error_handler_t::replace)});
  }

 private:
  /// The first route that takes the event and names a template.
  const carillon::route* route_of() const {
    if (what_.event.empty())
      return nullptr;
    for (const auto& by : catalog_->routes)
      if (rules::matches(by.event, what_.event)
          && (!by.template_code.empty() || book_->is_bound(what_.event)))
        return &by;
    return nullptr;
  }

  std::vector<std::string> channels_of(const carillon::route* by, const std::string& code) const {
    if (!what_.channel.empty())
      return {what_.channel};
    auto all = by != nullptr ? by->channels : book_->channels_of(code);
    return all.empty() ? std::vector<std::string>{"system"} : all;
  }

  ordered_json on(const std::string& code, const std::string& channel, const std::string& language,
                  const rules::render::document& data) const {
    const auto words =
      rules::render_template(*book_,
                             {.code = code,
                              .channel = channel,
                              .language = language,
                              .type = what_.event.empty() ? "notification" : what_.event,
                              .even_disabled = true},
                             data, what_.data);
    ordered_json out{
      {"channel", channel}, {"title", words.content.title}, {"content", words.content.text}};
    if (!words.content.html.empty())
      out["html"] = words.content.html;
    out["payload"] = nullptr;
    if (words.is != rules::template_words::state::ready)
      out["errors"] = {words.is == rules::template_words::state::missing
                         ? "there is no template " + code + " for this channel"
                         : words.why};
    else
      compose(channel, words, out);
    return out;
  }

  void compose(const std::string& channel, const rules::template_words& words,
               ordered_json& out) const {
    const auto entry = catalog_->channels.find(channel);
    const auto lane = words.row->priority.value_or(priority::normal);
    if (channel == "system"
        || (entry != catalog_->channels.end() && entry->second.settings.type == "system")) {
      out["payload"] = inbox_payload(words.content, lane);
      return;
    }
    if (entry == catalog_->channels.end())
      return;
    const auto made = make_channel(entry->second.settings);
    if (!made || *made == nullptr)
      return;
    delivery what;
    what.channel = channel;
    what.recipient = what_.recipient;
    what.content = words.content;
    what.priority = lane;
    what.created_at = c_.in.now;
    const auto composed = (*made)->compose(what, {.now = c_.in.now, .token = "TOKEN"});
    if (composed)
      out["payload"] = payload_of(*composed);
    else
      out["errors"] = {composed.error().detail};
  }

  const call& c_;
  codec::preview_draft what_;
  rules::template_book_ptr book_;
  catalog_ptr catalog_;
};

}  // namespace

void post_preview(const call& c) {
  auto what = codec::decode_preview(c.in.body, unless_known(c));
  if (!what)
    return c.answer(what.error());
  previewer{c, std::move(*what)}.answer();
}

}  // namespace carillon::http::api
