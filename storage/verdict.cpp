#include "storage/verdict.hpp"

namespace carillon::storage {

bool is_told(const planned& one) {
  return one.inbox || (one.delivery && !is_final(one.delivery->status));
}

bool takes_lock(const acceptance& x, const planned& one) {
  return !x.what.entity_id.empty() && is_told(one);
}

std::shared_ptr<delivery> shown_of(const planned& one, const std::string& type) {
  if (one.delivery)
    return std::make_shared<delivery>(*one.delivery);
  const auto& n = *one.inbox;
  auto out = std::make_shared<delivery>();
  out->event = n.event;
  out->notification = n.id;
  out->channel = one.channel.empty() ? "system" : one.channel;
  out->recipient = n.to.user_id;
  out->user_id = n.to.user_id;
  out->status = delivery_status::delivered;
  out->priority = n.priority;
  out->content.type = type;
  out->trace_id = n.trace_id;
  out->created_at = n.created_at;
  return out;
}

void apply(verdict decided, const planned& one, delivery& shown) {
  if (decided != verdict::duplicate && decided != verdict::throttled)
    return;
  shown.status = delivery_status::skipped;
  shown.reason = decided == verdict::duplicate ? "duplicate" : "throttled";
  if (one.inbox)
    shown.notification.reset();
}

}  // namespace carillon::storage
