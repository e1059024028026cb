#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace carillon::http::api {

namespace {

using users = std::vector<online_user>;

/// The body's next item, without its closing brace.
void begin_user(std::string& out, const online_user& user) {
  out += out.back() == '[' ? R"({"user_id":)" : R"(,{"user_id":)";
  codec::append_json_string(out, user.user_id);
  out += R"(,"devices":)" + std::to_string(user.devices) + R"(,"online_since":")";
  codec::append_rfc3339(out, user.since);
  out += '"';
}

void ask_presence(const call& c, answer<users> promise) {
  caf::anon_send(c.with.presence, list_online{std::make_shared<answer<users>>(std::move(promise))});
}

/// A page in the order of user ids, of those after `cursor`.
reply page_of(users online, const std::optional<std::string>& cursor, std::size_t limit) {
  const auto count = online.size();
  if (cursor)
    std::erase_if(online, [&](const online_user& x) { return x.user_id <= *cursor; });
  const auto shown = std::min(limit, online.size());
  std::ranges::partial_sort(online, online.begin() + static_cast<std::ptrdiff_t>(shown), {},
                            &online_user::user_id);
  reply out;
  out.body = R"({"online":)" + std::to_string(count) + R"(,"items":[)";
  for (std::size_t i = 0; i < shown; ++i) {
    begin_user(out.body, online[i]);
    out.body += '}';
  }
  out.body += R"(],"next":)";
  if (shown < online.size())
    codec::append_json_string(out.body, online[shown - 1].user_id);
  else
    out.body += "null";
  out.body += '}';
  return out;
}

}  // namespace

void list_sessions(const call& c) {
  ask_presence(c, c.answer.promise<users>([node = c.with.node](const users& online) {
    reply out;
    out.body = R"({"items":[)";
    for (const auto& user : online) {
      begin_user(out.body, user);
      out.body += R"(,"node":)";
      codec::append_json_string(out.body, node);
      out.body += '}';
    }
    out.body += R"(],"next":null})";
    return out;
  }));
}

void list_presence(const call& c) {
  if (!c.in.who->is_admin && !c.with.presence_visible_to_all)
    return c.answer(error{errc::forbidden, "who is online is shown to operators only"});
  constexpr std::int64_t most = 1000;
  query_string asked{c.in.head.query};
  const auto limit = static_cast<std::size_t>(asked.number("limit", 1, most).value_or(most));
  auto cursor = asked.key("cursor");
  if (const auto why = asked.fault())
    return c.answer(*why);
  ask_presence(c, c.answer.promise<users>([limit, cursor = std::move(cursor)](users online) {
    return page_of(std::move(online), cursor, limit);
  }));
}

}  // namespace carillon::http::api
