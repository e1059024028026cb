#include "bin/built_in_routes.hpp"

#include "protocol/rules/when.hpp"

#include <string>

namespace carillon {

namespace {

route ready_made(std::string name, std::string event, priority urgency, std::string when = {}) {
  route out;
  out.template_code = name;
  out.name = std::move(name);
  out.enabled = false;
  out.event = std::move(event);
  out.channels = {"telegram"};
  out.priority = urgency;
  out.origin = "built-in";
  if (!when.empty())
    out.condition = *rules::parse_when(when);
  out.when = std::move(when);
  return out;
}

}  // namespace

const std::vector<route>& built_in_routes() {
  static const std::vector<route> all{
    ready_made("admin.order_paid", "order.paid", priority::normal),
    ready_made("admin.subscription_renewed", "subscription.renewed", priority::normal),
    ready_made("admin.subscription_canceled", "subscription.*", priority::normal,
               R"(type in ["subscription.canceled", "subscription.cancelled"])"),
    ready_made("admin.payment_webhook_failed", "payment.webhook_failed", priority::urgent),
    ready_made("admin.ai_callback_failed", "ai.callback_failed", priority::high),
    ready_made("admin.storage_failed", "storage.failed", priority::urgent),
    ready_made("admin.user_registered", "user.registered", priority::low),
  };
  return all;
}

}  // namespace carillon
