#pragma once

#include "protocol/channel.hpp"

namespace carillon::channels {

/// What sends to a sink: a webhook whose `data` are the content's own, and for which a refusal of
/// the signature (401, 403) is a failure like any other: nobody can resume a sink by hand. Settings
/// as those of the type `webhook`, the URL being required.
result<channel_ptr> make_webhook_sink(const channel_settings& settings);

}  // namespace carillon::channels
