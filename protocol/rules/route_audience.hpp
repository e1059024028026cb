#pragma once

#include "protocol/draft.hpp"
#include "protocol/event.hpp"
#include "protocol/route.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/when.hpp"

#include <vector>

namespace carillon::rules {

/// Whom a route tells in the inbox: its own audience, those a member of the data names, else the
/// event's recipients. `facts` may be null where the route asks no member of the data.
std::vector<target> targets_of(const route& by, const event& what, const when_facts* facts);

/// The same for a channel that needs addresses: fixed ones come first, and a role or a store is the
/// people of it who are known.
std::vector<target> addressees_of(const route& by, const event& what, const when_facts* facts,
                                  const carillon::facts& known);

/// Whether a route's audience is a role or a store.
bool tells_group(const route& by);

/// Whether someone of whom this is known belongs to it.
bool belongs(const recipient_facts& who, const audience& to);

}  // namespace carillon::rules
