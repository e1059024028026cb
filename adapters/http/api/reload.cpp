#include "adapters/http/api/handlers.hpp"
#include "protocol/codec/text.hpp"

#include <string>
#include <string_view>
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

}  // namespace

void post_reload(const call& c) {
  c.with.reload(c.answer.promise<reload_report>([](const reload_report& done) {
    reply out;
    out.body = R"({"reloaded":true)";
    append_names(out.body, "changed", done.changed);
    if (!done.needs_restart.empty())
      append_names(out.body, "needs_restart", done.needs_restart);
    out.body += '}';
    return out;
  }));
}

}  // namespace carillon::http::api
