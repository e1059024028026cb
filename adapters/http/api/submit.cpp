#include "adapters/http/api/submit.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace carillon::http::api {

void submit(const call& c, decltype(unit::what) what, std::vector<audit_entry> audit) {
  auto message = std::make_shared<unit>();
  message->what = std::move(what);
  message->audit = std::move(audit);
  message->now = c.in.now;
  message->arrived = c.in.arrived;
  message->ticket = c.in.ticket;
  caf::anon_send(c.with.persistence, std::move(message));
}

audit_entry audit_line(const call& c, std::string action, std::string_view object) {
  audit_entry line;
  line.subject = c.in.who->subject;
  line.action = std::move(action);
  line.object = object;
  return line;
}

}  // namespace carillon::http::api
