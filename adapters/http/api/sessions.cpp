#include "adapters/http/api/handlers.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <caf/send.hpp>

#include <memory>
#include <vector>

namespace carillon::http::api {

void list_sessions(const call& c) {
  using users = std::vector<online_user>;
  auto promise = c.answer.promise<users>([node = c.with.node](const users& online) {
    reply out;
    out.body = R"({"items":[)";
    for (const auto& user : online) {
      out.body += out.body.back() == '[' ? R"({"user_id":)" : R"(,{"user_id":)";
      codec::append_json_string(out.body, user.user_id);
      out.body += R"(,"devices":)" + std::to_string(user.devices) + R"(,"online_since":")";
      codec::append_rfc3339(out.body, user.since);
      out.body += R"(","node":)";
      codec::append_json_string(out.body, node);
      out.body += '}';
    }
    out.body += R"(],"next":null})";
    return out;
  });
  caf::anon_send(c.with.presence, list_online{std::make_shared<answer<users>>(std::move(promise))});
}

}  // namespace carillon::http::api
