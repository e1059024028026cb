#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/submit.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/drafts.hpp"
#include "protocol/codec/level.hpp"
#include "protocol/codec/notification.hpp"

#include <limits>
#include <utility>

namespace carillon::http::api {

namespace {

const error no_such_notification{errc::not_found, "there is no such notification"};

void mark(const call& c, mark_kind kind, std::vector<notification_id> ids, bool single,
          reply (*render)(const marked&)) {
  marking what{kind, c.in.who, std::move(ids), single};
  what.reply = c.answer.promise<marked>(render);
  submit(c, std::move(what));
}

reply counted(const marked& done) {
  const auto n = std::to_string(done.count);
  return {200, R"({"success":true,"message":"已标记)" + n + R"(条通知为已读","count":)" + n + "}"};
}

/// What a list may be folded by.
std::optional<bool> parse_fold(std::string_view text) {
  return text == "group" ? std::optional{true} : std::nullopt;
}

/// The same list from its next page on.
std::string link_to(const query_string& asked, int limit, std::int64_t cursor) {
  std::string link = "</api/v1/notifications?limit=" + std::to_string(limit);
  for (const auto* name : {"is_read", "type", "priority", "source", "group_key", "fold"}) {
    if (const auto value = asked.text(name)) {
      link.append("&").append(name).append("=");
      append_url_encoded(link, *value);
    }
  }
  return link + "&cursor=" + std::to_string(cursor) + R"(>; rel="next")";
}

}  // namespace

void list_notifications(const call& c) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  query_string asked{c.in.head.query};
  carillon::list_inbox what{c.in.who, c.in.now};
  what.is_read = asked.flag("is_read");
  what.type =
    asked.parsed("type", codec::parse_type, "one of info, success, warning, error, alert");
  what.priority = asked.parsed("priority", parse_priority, "one of low, normal, high, urgent");
  what.source = asked.key("source");
  what.group_key = asked.key("group_key");
  what.fold = asked.parsed("fold", parse_fold, "group").value_or(false);
  what.limit = static_cast<int>(asked.number("limit", 1, 100).value_or(20));
  what.offset =
    static_cast<int>(asked.number("offset", 0, std::numeric_limits<int>::max()).value_or(0));
  what.before = asked.number("cursor", 1, most);
  if (what.before && asked.text("offset"))
    asked.blame("cursor", "left out where offset is given");
  if (const auto why = asked.fault())
    return c.answer(*why);
  what.reply = c.answer.promise<inbox_page>([asked, limit = what.limit](inbox_page page) {
    reply out;
    out.body = "[";
    for (const auto& item : page.items) {
      if (out.body.size() > 1)
        out.body += ',';
      codec::append_item(out.body, item);
    }
    out.body += ']';
    if (page.next)
      add_header(out, "Link", link_to(asked, limit, *page.next));
    return out;
  });
  ask(c, std::move(what));
}

void get_unread_count(const call& c) {
  ask(c, count_unread{c.in.who, c.in.now, c.answer.promise<std::int64_t>([](std::int64_t n) {
                        return reply{200, R"({"unread_count":)" + std::to_string(n) + "}"};
                      })});
}

void get_notification(const call& c) {
  const auto id = parse_id<notification_id>(c.in.id);
  if (!id)
    return c.answer(no_such_notification);
  ask(c, carillon::get_notification{c.in.who, c.in.now, *id,
                                    c.answer.promise<inbox_item>([](const inbox_item& item) {
                                      reply out;
                                      codec::append_item(out.body, item);
                                      return out;
                                    })});
}

void put_read(const call& c) {
  const auto id = parse_id<notification_id>(c.in.id);
  if (!id)
    return c.answer(no_such_notification);
  mark(c, mark_kind::read, {*id}, true, [](const marked&) {
    return reply{200, R"({"success":true,"message":"已标记为已读"})"};
  });
}

void put_read_many(const call& c) {
  auto ids = codec::decode_ids(c.in.body);
  if (!ids)
    return c.answer(ids.error());
  mark(c, mark_kind::read, std::move(*ids), false, counted);
}

void put_read_all(const call& c) {
  mark(c, mark_kind::read_all, {}, false, counted);
}

void delete_notification(const call& c) {
  const auto id = parse_id<notification_id>(c.in.id);
  if (!id)
    return c.answer(no_such_notification);
  mark(c, mark_kind::remove, {*id}, true, [](const marked&) {
    return reply{200, R"({"success":true,"message":"通知已删除"})"};
  });
}

}  // namespace carillon::http::api
