#include "bin/outbound.hpp"

#include "adapters/transport/http.hpp"
#include "adapters/transport/outbound.hpp"
#include "adapters/transport/smtp.hpp"
#include "bin/log.hpp"

#include <memory>
#include <vector>

namespace carillon {

namespace {

std::vector<address_range> allowed_ranges(const config& how) {
  std::vector<address_range> ranges;
  for (auto& text : how.outbound.allow_private)
    if (auto range = parse_range(text))
      ranges.push_back(*range);
  return ranges;
}

}  // namespace

transport_ptr outbound_of(const config& how) {
  http_transport_options options;
  options.ca_file = how.outbound.ca_file;
  options.proxy = how.outbound.proxy;
  options.allow_private = allowed_ranges(how);
  return make_outbound(
    make_http_transport(options),
    make_smtp_transport({.ca_file = options.ca_file, .allow_private = options.allow_private}),
    make_log_transport(log_delivery));
}

channel_book::rules book_rules_of(const config& how) {
  channel_book::rules rules{.guard = std::make_shared<address_guard>(allowed_ranges(how))};
  if (const auto key = parse_master_key(how.auth.master_key))
    rules.secrets.emplace(*key);
  return rules;
}

}  // namespace carillon
