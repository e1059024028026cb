#include "actors/query_reader.hpp"

#include "actors/fault.hpp"

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>
#include <variant>

namespace carillon {

namespace {

struct reader_state {
  static constexpr const char* name = "query_reader";

  std::unique_ptr<storage::reader> reader{};
  open_reader_function open{};
  query_desk desk{};
};

using reader_pointer = query_reader::stateful_pointer<reader_state>;

/// Null where the store is away; the query is answered then.
storage::reader* reader_for(reader_state& state, query& what) {
  try {
    if (!state.reader)
      state.reader = state.open();
  } catch (const std::exception& e) {
    spdlog::warn("no reader could be opened: {}", e.what());
    answer_error(what, {errc::unavailable, "the store is away", {}, seconds{1}});
  }
  return state.reader.get();
}

void run(reader_state& state, query& what) {
  try {
    if (auto* reader = reader_for(state, what)) {
      fault_point(reader_state::name);
      reader->run(what);
    }
  } catch (const std::exception& e) {
    spdlog::error("a read failed: {}", e.what());
    answer_error(what, {errc::internal, "this read failed inside"});
    state.reader.reset();
  }
}

query_reader::behavior_type reader_actor(reader_pointer self, const query_desk& desk,
                                         const open_reader_function& open) {
  self->state.desk = desk;
  self->state.open = open;
  return {
    [self](const query_ptr& what) {
      run(self->state, *what);
      self->send(self->state.desk, reader_idle{});
    },
  };
}

}  // namespace

query_reader spawn_query_reader(caf::actor_system& system, query_desk desk,
                                open_reader_function open, bool detached) {
  if (detached)
    return system.spawn<caf::detached>(reader_actor, std::move(desk), std::move(open));
  return system.spawn(reader_actor, std::move(desk), std::move(open));
}

void answer_error(query& what, const error& why) {
  std::visit([&](auto& x) { x.reply(why); }, what.what);
}

}  // namespace carillon
