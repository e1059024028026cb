#include "actors/presence_state.hpp"

#include "protocol/codec/live_events.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// Connections that may wait for the counter row to be read.
constexpr std::size_t max_waiting = 100'000;

/// A closing connection ends by itself in 5 s.
constexpr auto close_patience = seconds{6};

/// Events of single users that go to all watchers together in a second: what a change costs grows
/// with those who are told of it, and the changes told shrink in turn.
constexpr std::size_t max_told = 100'000;

std::vector<principal_ptr> claims_of(const auto& connections) {
  std::vector<principal_ptr> out;
  for (const auto& x : connections)
    out.push_back(x->who());
  return out;
}

}  // namespace

presence_state::presence_state(actor& self, presence_world_ptr world)
    : self_(self),
      world_(std::move(world)),
      services_(std::make_shared<session_services>(session_services{
        self.handle(), world_->persistence, world_->queries, world_->clock, world_->counts,
        world_->how.heartbeat, world_->how.visible_to_all, world_->how.news})),
      budget_(std::make_shared<push_budget>(world_->how.max_receivers, world_->how.max_bytes,
                                            [to = self.handle()] { caf::anon_send(to, room{}); })) {
  if (self_.life() > 0 && world_->how.on_restart)
    world_->how.on_restart();
  world_->counts.users_online(0);
  ask(read_state{});
}

presence_state::~presence_state() {
  farewell();
}

presence_state::actor::behavior_type presence_state::behavior() {
  return {
    [this](const released_ptr& what) { take(*what); },
    [this](const inbox_change_ptr& what) {
      if (const auto which = index_.find(what->user_id))
        self_.send(members_[*which].session, session_note{what});
    },
    [this](const preferences_change_ptr& what) {
      if (const auto which = index_.find(what->user_id))
        self_.send(members_[*which].session, session_note{what});
    },
    [this](const personal_event_ptr& what) {
      if (const auto which = index_.find(what->user_id))
        self_.send(members_[*which].session, session_note{what});
    },
    [this](const attach& what) { enter(what.connection); },
    [this](const detach& what) { leave(what.connection); },
    [this](room) {
      blocked_ = false;
      read_on();
    },
    [this](reread what) {
      for (const auto& x : members_)
        if (x.session)
          self_.send(x.session, session_note{what});
      ask(read_state{});
    },
    [this](const close_all& what) { close(what); },
    [this](const list_online& what) { (*what.reply)(online()); },
    [this](const watch& what) { watched(what); },
    [this](const session_over& what) { end(what); },
    [this](const presence_answer_ptr& what) { take(*what); },
    [this](tick) { on_tick(); },
  };
}

void presence_state::enter(const connection_ptr& who) {
  if (world_->closing)
    return who->close(*world_->closing, "the node stops");
  if (line_)
    return admit(who);
  if (waiting_.size() >= max_waiting)
    return who->close(close_code::try_again_later, "too many wait; resume");
  waiting_.push_back({who, heard_});
}

/// What left before they came has gone to others.
void presence_state::admit_waiting(std::int64_t reached) {
  if (waiting_.empty() || waiting_.front().after > reached)
    return;
  launch_gathered();
  const auto end =
    std::ranges::find_if(waiting_, [&](const arrival& x) { return x.after > reached; });
  const std::vector<arrival> now{waiting_.begin(), end};
  waiting_.erase(waiting_.begin(), end);
  for (const auto& x : now)
    admit(x.who);
}

void presence_state::admit(const connection_ptr& who) {
  const auto& user = who->who()->subject;
  auto which = index_.find(user);
  if (which && members_[*which].connections.size() >= world_->how.max_connections_per_user)
    return who->close(close_code::too_many_connections, "this user has too many connections");
  if (!which) {
    which = index_.enter(user);
    if (members_.size() <= *which)
      members_.resize(*which + 1);
    auto& fresh = members_[*which];
    fresh.session = spawn_session(self_.system(), services_, *which);
    fresh.since = world_->clock();
    world_->counts.users_online(static_cast<std::int64_t>(index_.size()));
    if (!watchers_.empty())
      feed_.came(user);
  }
  auto& member = members_[*which];
  member.connections.push_back(who);
  ++connections_;
  index_.claim(*which, *who->who());
  self_.send(member.session, session_note{attach{who, line_->head()}});
  announce();
}

void presence_state::leave(const connection_ptr& who) {
  std::erase_if(waiting_, [&](const arrival& x) { return x.who == who; });
  watchers_.erase(who->id());
  const auto which = index_.find(who->who()->subject);
  if (!which)
    return;
  auto& member = members_[*which];
  const auto i = std::ranges::find(member.connections, who);
  if (i == member.connections.end())
    return;
  self_.send(member.session, session_note{detach{who}});
  if (member.connections.size() == 1)
    return dismiss(*which);
  member.connections.erase(i);
  --connections_;
  index_.disclaim(*which, *who->who(), claims_of(member.connections));
}

void presence_state::dismiss(slot which) {
  auto gone = std::exchange(members_[which], {});
  const auto claims = claims_of(gone.connections);
  const auto& user = claims.front()->subject;
  index_.leave(user, claims);
  connections_ -= gone.connections.size();
  world_->counts.users_online(static_cast<std::int64_t>(index_.size()));
  if (!watchers_.empty())
    feed_.went(user, self_.steady_now());
  announce();
  if (connections_ == 0)
    for (auto& reply : std::exchange(closed_, {}))
      (*reply)(true);
}

void presence_state::end(const session_over& what) {
  if (what.slot >= members_.size())
    return;  // of an earlier life
  const auto& session = members_[what.slot].session;
  if (!session || session.id() != what.session)
    return;
  // Those still on their way to it would wait for ever.
  for (const auto& x : members_[what.slot].connections) {
    watchers_.erase(x->id());
    x->close(close_code::internal_error, "the session ended; resume");
  }
  dismiss(what.slot);
}

void presence_state::close(const close_all& what) {
  const auto code = static_cast<close_code>(what.code);
  world_->closing = code;
  for (const auto& x : std::exchange(waiting_, {}))
    x.who->close(code, "the node stops");
  for (const auto& member : members_)
    for (const auto& x : member.connections)
      x->close(code, "the node stops");
  if (connections_ == 0)
    return (*what.reply)(true);
  closed_.push_back(what.reply);
  close_deadline_ = self_.steady_now() + close_patience;
  tick_if_needed();
}

std::vector<online_user> presence_state::online() const {
  std::vector<online_user> out;
  out.reserve(index_.size());
  for (const auto& x : members_)
    if (x.session)
      out.push_back({x.connections.front()->who()->subject,
                     static_cast<std::uint32_t>(x.connections.size()), x.since});
  return out;
}

void presence_state::farewell() noexcept {
  const auto code = world_->closing.value_or(close_code::service_restart);
  for (const auto& x : waiting_)
    x.who->close(code, "presence ended; resume");
  for (const auto& member : members_) {
    for (const auto& x : member.connections)
      x->close(code, "presence ended; resume");
    if (member.session)
      caf::anon_send_exit(member.session, caf::exit_reason::user_shutdown);
  }
}

void presence_state::watched(const watch& what) {
  const auto& who = what.connection;
  const auto which = index_.find(who->who()->subject);
  const bool here = which && std::ranges::count(members_[*which].connections, who) != 0;
  if (!what.on || !here)
    watchers_.erase(who->id());
  else
    watchers_.insert_or_assign(who->id(), who);
}

void presence_state::announce() {
  if (watchers_.empty()) {
    feed_ = {};
    return;
  }
  const auto most =
    std::clamp<std::size_t>(max_told / watchers_.size(), 1, rules::presence_feed::max_single);
  const auto told = feed_.tell(self_.steady_now(), most);
  const auto say = [this](const live_event& what) {
    for (const auto& [id, to] : watchers_)
      to->say(what);
  };
  for (const auto& x : told.singly)
    say(codec::user_event(x.user_id, x.online));
  if (told.changed)
    say(codec::presence_changed_event(static_cast<std::int64_t>(index_.size())));
  tick_if_needed();
}

void presence_state::tick_if_needed() {
  const bool needed = read_again_ || ask_state_again_ || feed_.pending() || !closed_.empty();
  if (needed && !std::exchange(ticking_, true))
    self_.after(seconds{1}, 0);
}

void presence_state::on_tick() {
  ticking_ = false;
  if (std::exchange(ask_state_again_, false))
    ask(read_state{});
  if (std::exchange(read_again_, false))
    read_on();
  announce();
  if (!closed_.empty() && self_.steady_now() >= close_deadline_)
    for (auto& reply : std::exchange(closed_, {}))
      (*reply)(true);
  tick_if_needed();
}

}  // namespace carillon
