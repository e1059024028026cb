#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"

#include <string_view>
#include <vector>

namespace carillon::codec {

/// A call of Alertmanager's webhook, version 4: one event, `alertmanager.firing` or
/// `alertmanager.resolved`, about the group, with the whole payload as data; or one for each alert,
/// about its fingerprint, with the alert and the call's `receiver`, `commonLabels` and
/// `externalURL`. `sub_id` is a hash of the status and of each alert's fingerprint and start, so a
/// repeated call is a duplicate and a second firing is not.
result<std::vector<event_draft>> decode_alertmanager(std::string_view body, bool per_alert);

}  // namespace carillon::codec
