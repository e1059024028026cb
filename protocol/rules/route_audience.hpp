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
/// people who are stored with it. Of more than may be told in one event those behind are left out,
/// which `all` says.
struct addressees {
  std::vector<target> who{};
  bool all{true};
};
addressees addressees_of(const route& by, const event& what, const when_facts* facts,
                         const carillon::facts& known);

}  // namespace carillon::rules
