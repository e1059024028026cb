#pragma once

#include "adapters/http/query_string.hpp"
#include "adapters/http/router.hpp"
#include "protocol/codec/channel_name.hpp"

#include <memory>
#include <optional>
#include <string>

namespace carillon::http::api {

/// An order for an actor that comes with this request: at its time, and with its place at the door.
template <class Order>
std::shared_ptr<Order> order_of(const call& c) {
  auto out = std::make_shared<Order>();
  out->now = c.in.now;
  out->arrived = c.in.arrived;
  out->ticket = c.in.ticket;
  return out;
}

/// What is wrong with naming a channel in this request: it is not configured at this moment.
codec::text_check unless_configured(const call& c);

/// The same for a template, which may wait for its channel: one that is configured, or a name that
/// channels usually have.
codec::text_check unless_known(const call& c);

/// The channel that a member of the query names, by our name; nothing where it is absent.
std::optional<std::string> channel_asked(const call& c, query_string& asked);

}  // namespace carillon::http::api
