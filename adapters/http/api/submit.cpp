#include "adapters/http/api/submit.hpp"

#include "adapters/http/api/order.hpp"

#include <caf/send.hpp>

#include <utility>

namespace carillon::http::api {

void submit(const call& c, decltype(unit::what) what, std::vector<audit_entry> audit) {
  auto message = order_of<unit>(c);
  message->what = std::move(what);
  message->audit = std::move(audit);
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
