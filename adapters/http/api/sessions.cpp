#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

/// Which users a request wants to see: those after `cursor`, at most so many.
struct page_asked {
  std::size_t limit{};
  std::optional<std::string> cursor{};
};

/// What is wrong with the query has been answered where there is nothing.
std::optional<page_asked> asked_by(const call& c) {
  constexpr std::int64_t most = 1000;
  query_string asked{c.in.head.query};
  page_asked out{static_cast<std::size_t>(asked.number("limit", 1, most).value_or(most)),
                 asked.key("cursor")};
  const auto why = asked.fault();
  if (!why)
    return out;
  c.answer(*why);
  return {};
}

/// Appends a page in the order of user ids; each item ends with `last`, and `next` stands behind.
void append_page(std::string& out, users online, const page_asked& asked, std::string_view last) {
  if (asked.cursor)
    std::erase_if(online, [&](const online_user& x) { return x.user_id <= *asked.cursor; });
  const auto shown = std::min(asked.limit, online.size());
  std::ranges::partial_sort(online, online.begin() + static_cast<std::ptrdiff_t>(shown), {},
                            &online_user::user_id);
  out += R"("items":[)";
  for (std::size_t i = 0; i < shown; ++i) {
    begin_user(out, online[i]);
    out += last;
  }
  out += R"(],"next":)";
  if (shown < online.size())
    codec::append_json_string(out, online[shown - 1].user_id);
  else
    out += "null";
  out += '}';
}

}  // namespace

void list_sessions(const call& c) {
  auto asked = asked_by(c);
  if (!asked)
    return;
  std::string last = R"(,"node":)";
  codec::append_json_string(last, c.with.node);
  last += '}';
  ask_presence(c, c.answer.promise<users>([asked = std::move(*asked), last](users online) {
    reply out;
    out.body = "{";
    append_page(out.body, std::move(online), asked, last);
    return out;
  }));
}

void list_presence(const call& c) {
  if (!c.in.who->is_admin && !c.with.presence_visible_to_all)
    return c.answer(error{errc::forbidden, "who is online is shown to operators only"});
  auto asked = asked_by(c);
  if (!asked)
    return;
  ask_presence(c, c.answer.promise<users>([asked = std::move(*asked)](users online) {
    reply out;
    out.body = R"({"online":)" + std::to_string(online.size()) + ',';
    append_page(out.body, std::move(online), asked, "}");
    return out;
  }));
}

}  // namespace carillon::http::api
