#include "tests/adapters/live/engine_side.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <future>
#include <variant>

namespace carillon::live {
namespace {

presence_actor::behavior_type presence(engine_side* to) {
  return {
    [](const released_ptr&) {},
    [](const inbox_change_ptr&) {},
    [](const preferences_change_ptr&) {},
    [](const personal_event_ptr&) {},
    [to](const attach& x) { to->attached.put(x.connection); },
    [to](const detach& x) { to->detached.put(x.connection->id()); },
    [](room) {},
    [](reread) {},
    [](const close_all&) {},
    [](const list_online&) {},
  };
}

session_actor::behavior_type session(engine_side* to) {
  return {
    [](const push_ptr&) {},
    [to](const session_note& x) {
      if (const auto* drained_of = std::get_if<drained>(&x.what))
        to->drained.put(drained_of->connection);
    },
    [to](const client_command_ptr& x) { to->commands.put(x); },
  };
}

queries_actor::behavior_type queries(result<inbox_state> state) {
  return {
    [state = std::move(state)](const query_ptr& x) { std::get<read_state>(x->what).reply(state); }};
}

}  // namespace

engine_side::engine_side(seconds heartbeat, result<inbox_state> state)
    : session(system.spawn([this] { return live::session(this); })),
      services(std::make_shared<live_services>(
        live_services{system.spawn([this] { return presence(this); }),
                      system.spawn([state = std::move(state)] { return queries(state); }),
                      [this] { return now(); }, heartbeat, everybody, queues})) {
  shard.start();
}

engine_side::~engine_side() {
  caf::anon_send_exit(session, caf::exit_reason::kill);
  caf::anon_send_exit(services->presence, caf::exit_reason::kill);
  caf::anon_send_exit(services->queries, caf::exit_reason::kill);
  system.await_all_actors_done();
  shard.stop();
  shard.join();
}

connection_ptr engine_side::enter() {
  auto who = attached.next();
  who->start(session);
  return who;
}

void engine_side::on_shard(const std::function<void()>& fn) {
  std::promise<void> done;
  shard.post([&] {
    fn();
    shard.post([&] { done.set_value(); });
  });
  done.get_future().wait();
}

push_ptr make_push(std::int64_t seq, std::string title, std::function<void()> released) {
  auto what = std::make_shared<notification>();
  what->seq = seq;
  what->title = std::move(title);
  what->message = "m";
  return std::make_shared<const push>(
    std::vector{rules::seq_row{std::move(what), std::chrono::steady_clock::now()}},
    std::move(released));
}

}  // namespace carillon::live
