#include "protocol/rules/expiry.hpp"

#include <string>

namespace carillon::rules {

transition expire(const delivery& what, const circumstances& at) {
  std::string why = "not delivered before its time was over";
  if (!what.last_error.empty())
    why = what.last_error + " (" + why + ')';
  const auto last =
    what.error_class == error_class::none ? error_class::transient : what.error_class;
  auto x = give_up(what, last, why, at);
  x.delivery.reason = "expired";
  return x;
}

}  // namespace carillon::rules
