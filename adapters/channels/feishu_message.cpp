#include "adapters/channels/feishu_message.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/signature.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

namespace carillon::channels::feishu {

namespace {

using nlohmann::ordered_json;

/// Mentions as tags behind a text. A text and a card's markdown spell them differently.
std::string tags(const mentions& who, bool in_card) {
  std::string out;
  const auto add = [&](std::string_view id, std::string_view name) {
    out.append(out.empty() ? "" : " ").append(in_card ? "<at id=" : "<at user_id=\"");
    out.append(id).append(in_card ? ">" : "\">").append(in_card ? "" : name).append("</at>");
  };
  for (const auto& id : who.user_ids)
    add(id, {});
  if (who.all)
    add("all", "所有人");
  return out;
}

std::string with(std::string_view text, std::string_view tags) {
  std::string out{text};
  if (!tags.empty())
    out.append(out.empty() ? "" : "\n").append(tags);
  return out;
}

ordered_json card(std::string_view title, std::string_view markdown) {
  return {{"config", {{"wide_screen_mode", true}}},
          {"header", {{"title", {{"tag", "plain_text"}, {"content", title}}}}},
          {"elements", ordered_json::array({{{"tag", "markdown"}, {"content", markdown}}})}};
}

}  // namespace

message message_of(const content& words, const limits& most) {
  const auto data = object_in(words.data);
  const auto who = mentions_in(data);
  if (text_in(data, "msg_type") == "text")
    return {"text", fitted(plain_words(words), most.text, [&](std::string_view kept) {
              return ordered_json{{"text", with(kept, tags(who, false))}}.dump();
            })};
  return {"interactive", fitted(words.text, most.card, [&](std::string_view kept) {
            return card(codec::cut(words.title, 800), with(kept, tags(who, true))).dump();
          })};
}

std::string signature(std::int64_t timestamp, std::string_view secret) {
  return base64(hmac_sha256(std::to_string(timestamp).append("\n").append(secret), {}));
}

}  // namespace carillon::channels::feishu
