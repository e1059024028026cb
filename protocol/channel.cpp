#include "protocol/channel.hpp"

namespace carillon {

result<std::variant<request, grant>> channel::authorize(const stamp&) const {
  return error{errc::not_found, "this channel needs no token"};
}

std::variant<grant, outcome> channel::token(const transport_result&, timestamp) const {
  return outcome{.error_class = carillon::error_class::invalid_request,
                 .excerpt = "this channel needs no token"};
}

result<request> channel::probe(const stamp&) const {
  return error{errc::not_found, "cannot be tested without sending"};
}

outcome channel::judge_probe(const transport_result& came, timestamp now) const {
  return judge(came, now);
}

}  // namespace carillon
