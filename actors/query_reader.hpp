#pragma once

#include "actors/queries.hpp"
#include "protocol/actors.hpp"

#include <caf/fwd.hpp>

#include <string>

namespace carillon {

/// A reader has answered its query and is idle.
struct reader_idle {};

/// Where a reader belongs: QUERIES as its readers know it.
using query_desk = queries_actor::extend<caf::reacts_to<reader_idle>>;

/// A QUERY READER: one connection for reads, on a thread of its own.
using query_reader = caf::typed_actor<
  // Answers it, then tells the desk that it is idle.
  caf::reacts_to<query_ptr>>;

/// Starts a reader; it opens its connection when first asked, and again after an exception.
query_reader spawn_query_reader(caf::actor_system& system, query_desk desk,
                                open_reader_function open, bool detached);

/// Answers a query with an error.
void answer_error(query& what, const error& why);

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::reader_idle)
