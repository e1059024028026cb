#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <string>

namespace carillon::storage {

/// Does to one delivery what an operator asks, or refuses the unit.
void intervene(work& w, unit& x, intervention& what);

/// Gives a delivery that is over its attempts anew; its sender may draw it at once. `:now` has to
/// be among the values of the statement this is put into.
extern const std::string revive_assignments;

/// Reports what waits on every channel, so that standing wishes draw it; counts what is due
/// on channels that are neither paused nor broken.
void dispatch(work& w, timestamp now, dispatching& what);

/// Keeps the answer that a request came to which was still at work.
void conclude(work& w, const conclusion& what);

}  // namespace carillon::storage
