#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/submit.hpp"
#include "protocol/codec/text.hpp"

#include <caf/send.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace carillon::http::api {

namespace {

void append_names(std::string& to, std::string_view member, const std::vector<std::string>& names) {
  to.append(",\"").append(member).append("\":[");
  for (const auto& name : names) {
    if (&name != &names.front())
      to += ',';
    codec::append_json_string(to, name);
  }
  to += ']';
}

std::string names_of(const reload_report& done) {
  std::string out = R"({"reloaded":true)";
  append_names(out, "changed", done.changed);
  if (!done.needs_restart.empty())
    append_names(out, "needs_restart", done.needs_restart);
  return out += '}';
}

}  // namespace

void post_reload(const call& c) {
  auto told = order_of<unit>(c);
  auto body = std::make_shared<std::string>();
  told->what = administration{.reply = c.answer.promise<bool>([body](bool) {
    return reply{200, *body};
  })};
  told->audit = {audit_line(c, "reload", "configuration")};
  // What has changed is told in the audit log before it is answered.
  c.with.reload(answer<reload_report>{
    [told, body, persistence = c.with.persistence](const result<reload_report>& done) {
      if (!done)
        return std::get<administration>(told->what).reply(done.error());
      *body = names_of(*done);
      told->audit.front().detail = *body;
      caf::anon_send(persistence, unit_ptr{told});
    }});
}

}  // namespace carillon::http::api
