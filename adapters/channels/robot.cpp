#include "adapters/channels/robot.hpp"

#include "adapters/channels/json.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace carillon::channels {

namespace {

std::string joined(std::string_view head, const content& words, std::string_view divider) {
  std::string out{head};
  out.append(words.title);
  if (!words.text.empty())
    out.append(words.title.empty() ? "" : divider).append(words.text);
  return out;
}

}  // namespace

mentions mentions_in(const nlohmann::json& data) {
  return {texts_in(data, "at_mobiles"), texts_in(data, "at_user_ids"), flag_in(data, "at_all")};
}

std::string plain_words(const content& words) {
  return joined({}, words, "\n");
}

std::string markdown_words(const content& words) {
  return joined(words.title.empty() ? "" : "### ", words, "\n\n");
}

std::string fitted(std::string_view text, std::size_t most,
                   const std::function<std::string(std::string_view)>& build) {
  auto room = text.size();
  for (;;) {
    auto out = build(codec::cut(text, room));
    if (out.size() <= most || room == 0)
      return out;
    // A character may be written as several: the text gives up its share of the excess.
    const auto share = (out.size() - most) * room / out.size();
    room -= std::min(room, std::max<std::size_t>(share, 16));
  }
}

}  // namespace carillon::channels
