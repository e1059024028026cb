// Many users told the same: begun at once, worked in slices; and whom nothing reached.

#include "protocol/codec/bulk.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/query_string.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

/// Users read at once, and bytes in one answer: what does not fit comes with its cursor.
constexpr int users_of_a_page = 1000;
constexpr std::size_t bytes_of_an_answer = 32 << 20;

stored_answer bulk_begun(const batch_begun& done) {
  return {202, codec::bulk_begun_json(done.what)};
}

/// Lines of users whom nothing reached, and behind whom there are more.
struct failure_lines {
  std::string text{};
  std::optional<std::string> next{};
};

/// Reads them page by page, so that no other read waits for all of them.
class failure_reading : public std::enable_shared_from_this<failure_reading> {
 public:
  failure_reading(queries_actor from, const batch_id& of, std::string after, int users,
                  answer<failure_lines> to)
      : from_(std::move(from)), of_(of), users_(users), to_(std::move(to)) {
    lines_.next = std::move(after);
  }

  void go_on() {
    carillon::list_bulk_failures what{.id = of_, .after = *lines_.next};
    what.limit = std::min(users_, users_of_a_page);
    what.reply = answer<bulk_failure_page>{
      [self = shared_from_this()](const result<bulk_failure_page>& found) { self->take(found); }};
    caf::anon_send(from_, std::make_shared<query>(query{std::move(what), true}));
  }

 private:
  void take(const result<bulk_failure_page>& found) {
    if (!found)
      return to_(found.error());
    codec::append_failures(lines_.text, found->items);
    users_ -= static_cast<int>(found->items.size());
    lines_.next = found->next;
    if (!lines_.next || users_ <= 0 || lines_.text.size() >= bytes_of_an_answer)
      return to_(std::move(lines_));
    go_on();
  }

  queries_actor from_;
  batch_id of_;
  int users_;
  failure_lines lines_;
  answer<failure_lines> to_;
};

}  // namespace

void post_bulk(const call& c) {
  auto what = codec::decode_bulk(c.in.body, unless_configured(c));
  if (!what)
    return c.answer(what.error());
  auto key = idempotency_key_of(c.in);
  if (!key)
    return c.answer(key.error());
  auto order = order_of<bulk_order>(c);
  order->what = std::move(*what);
  order->what.by = c.in.who->subject;
  order->what.what.trace_id = c.in.trace_id;
  if (*key)
    order->what.idempotency = once_of<batch_begun>(c.in, std::move(**key), bulk_begun);
  order->what.reply = promise_once<batch_begun>(c, bulk_begun);
  caf::anon_send(c.with.ingress, std::move(order));
}

void list_bulk_failures(const call& c) {
  const auto id = parse_id<batch_id>(c.in.id);
  if (!id)
    return c.answer(error{errc::not_found, "there is no such batch"});
  query_string asked{c.in.head.query};
  const auto limit = asked.number("limit", 1, most_bulk_users);
  auto after = asked.key("cursor").value_or(std::string{});
  if (const auto why = asked.fault())
    return c.answer(*why);
  auto link = "<" + std::string{c.in.head.path} + "?";
  if (limit)
    link += "limit=" + std::to_string(*limit) + "&";
  auto render = [link = std::move(link) + "cursor="](failure_lines all) {
    reply out{200, std::move(all.text), "application/x-ndjson"};
    if (all.next) {
      auto next = link;
      append_url_encoded(next, *all.next);
      add_header(out, "Link", next + R"(>; rel="next")");
    }
    return out;
  };
  std::make_shared<failure_reading>(c.with.queries, *id, std::move(after),
                                    static_cast<int>(limit.value_or(most_bulk_users)),
                                    c.answer.promise<failure_lines>(std::move(render)))
    ->go_on();
}

}  // namespace carillon::http::api
