#include "protocol/codec/preferences.hpp"
#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/submit.hpp"

#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace carillon::http::api {

void get_preferences(const call& c) {
  constexpr auto now = std::numeric_limits<std::int64_t>::max();
  ask(c, read_preferences{c.in.who->subject, now,
                          c.answer.promise<std::vector<preferences_version>>(
                            [](const std::vector<preferences_version>& found) {
                              static const preferences nothing{};
                              const auto& last = found.empty() ? nothing : *found.back().what;
                              return reply{200, codec::preferences_json(last)};
                            })});
}

void put_preferences(const call& c) {
  auto wanted = codec::decode_preferences(c.in.body, unless_configured(c));
  if (!wanted)
    return c.answer(wanted.error());
  preferring what{c.in.who->subject, std::make_shared<const preferences>(std::move(*wanted))};
  what.reply = c.answer.promise<preferences_version>([](const preferences_version& stored) {
    return reply{200, codec::preferences_json(*stored.what)};
  });
  submit(c, std::move(what));
}

}  // namespace carillon::http::api
