#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/id.hpp"
#include "protocol/route.hpp"
#include "protocol/unit.hpp"

#include <string>
#include <vector>

namespace carillon::rules {

/// What a mailing means, and how it shows: a delivery for each channel in the order asked. The one
/// of the inbox is `delivered` by the commit and not stored.
struct mailing_plan {
  creation meant{};
  std::vector<std::shared_ptr<delivery>> shown{};
};

/// The user whose stored addresses planning must know; empty for none.
std::vector<std::string> needs_facts(const mailing_draft& draft, const catalog& what);

/// A text recipient is the user id for the inbox, the address for a channel that needs one, and
/// nothing for a robot; where an address is given for each channel, a failover goes to its
/// channel's own. `invalid` where a channel that was asked for is not configured, or nobody is
/// named and one needs somebody; one that only the template names is skipped as `unknown_channel`.
result<mailing_plan> plan(mailing_draft draft, const catalog& what, const facts& known,
                          timestamp now, uuid_source& ids);

}  // namespace carillon::rules
