#include "actors/session.hpp"

#include "actors/fault.hpp"
#include "actors/questions.hpp"
#include "actors/session_seat.hpp"
#include "protocol/codec/live_events.hpp"

#include <spdlog/spdlog.h>
#include <boost/container/small_vector.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// A hundred thousand of these live at once: three handlers, one seat in place and no maps.
class session final : public session_actor::base {
 public:
  session(caf::actor_config& cfg, session_services_ptr with, std::uint32_t slot)
      : session_actor::base(cfg), with_(std::move(with)), slot_(slot) {}

  const char* name() const override { return "session"; }

  /// An exception ends this session alone.
  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    try {
      fault_point("session");
      const auto& what = x.content();
      if (!what.match_elements<push_ptr>())
        return session_actor::base::consume(x);
      // Without a turn through the behavior: a broadcast is consumed once for each user online.
      hear(what.get_as<push_ptr>(0));
    } catch (const std::exception& e) {
      fail(e.what());
    } catch (...) {
      fail("an exception of an unknown type");
    }
    return caf::invoke_message_result::consumed;
  }

  void on_exit() override {
    for (auto& seat : seats_)
      seat.who()->close(ending_, "the session ended; resume");
    seats_.clear();
    with_.reset();
  }

 protected:
  behavior_type make_behavior() override {
    return {
      [this](const push_ptr& what) { hear(what); },
      [this](const session_note& note) {
        std::visit([this](const auto& what) { take(what); }, note.what);
      },
      [this](const client_command_ptr& what) {
        if (!obey(*what))
          what->from->resume();
      },
    };
  }

 private:
  session_actor handle() { return session_actor{this}; }

  session_desk desk(const session_actor& self) const {
    return {*with_, self, known_ ? &preferences_ : nullptr};
  }

  void hear(const push_ptr& what) {
    if (!known_ || preferences_.empty())
      pass_on(what);
    else if (const auto rest = without_suppressed(what))
      pass_on(rest);
  }

  void pass_on(const push_ptr& what) {
    const auto self = handle();
    for (auto& seat : seats_)
      seat.hear(desk(self), what);
  }

  /// What the user's preferences leave of it; null for nothing.
  push_ptr without_suppressed(const push_ptr& what) {
    const auto all = what->rows();
    std::vector<rules::seq_row> rest;
    std::ranges::copy_if(all, std::back_inserter(rest), [this](const rules::seq_row& x) {
      return !preferences_.suppresses(*x.what);
    });
    preferences_.forget(all.back().what->seq);
    if (rest.size() == all.size())
      return what;
    if (rest.empty())
      return nullptr;
    // Its weight is given back when the last of its rows is on its queue.
    return std::make_shared<const push>(std::move(rest), [what] {});
  }

  session_seat* find(std::uint64_t connection) {
    const auto i = std::ranges::find_if(
      seats_, [&](const session_seat& x) { return x.who()->id() == connection; });
    return i == seats_.end() ? nullptr : &*i;
  }

  void take(const carillon::attach& what) {
    seats_.emplace_back(what.connection);
    const auto self = handle();
    if (!known_ && asked_ == 0) {
      after_ = what.head;
      ask_preferences(self);
    }
    seats_.back().enter(desk(self), what.head);
  }

  void take(const carillon::detach& what) {
    if (auto* seat = find(what.connection->id()))
      seats_.erase(seats_.begin() + (seat - seats_.data()));
    if (seats_.empty())
      quit();
  }

  void take(const inbox_change_ptr& what) {
    for (auto& seat : seats_) {
      if (seat.who()->format() == frame_format::plain || seat.who()->id() == what->origin)
        continue;
      seat.tell(codec::sync_event(*what));
      seat.tell(codec::unread_count_event(what->unread));
    }
  }

  void take(const preferences_change_ptr& what) { preferences_.tell(what->version); }

  void take(const personal_event_ptr& what) {
    for (auto& seat : seats_)
      if (seat.who()->format() != frame_format::plain)
        seat.tell(what->what);
  }

  /// What persistence did not come to tell is read.
  void take(reread) {
    if (!seats_.empty())
      ask_preferences(handle());
  }

  void take(const drained& what) {
    const auto self = handle();
    if (auto* seat = find(what.connection))
      seat->drained(desk(self));
  }

  void ask_preferences(const session_actor& self) {
    ++asked_;
    read_preferences what{seats_.front().who()->who()->subject, after_, {}};
    what.reply = decltype(what.reply){[to = self](auto found) {
      caf::anon_send(
        to,
        session_note{std::make_shared<const storage_answer>(storage_answer{0, std::move(found)})});
    }};
    send(with_->queries, query_of(std::move(what)));
  }

  void learn(const result<std::vector<preferences_version>>& found) {
    --asked_;
    if (!found) {
      for (auto& seat : seats_)
        seat.give_up();
      return;
    }
    preferences_.fill(*found);
    known_ = true;
    const auto self = handle();
    for (auto& seat : seats_)
      seat.obey(desk(self));
  }

  void take(const storage_answer_ptr& what) {
    if (const auto* found = std::get_if<result<std::vector<preferences_version>>>(&what->what))
      return learn(*found);
    auto* seat = find(what->connection);
    if (seat == nullptr)
      return;
    const auto self = handle();
    if (const auto* mark = std::get_if<marking_answer>(&what->what))
      return marked_by(*seat, *mark);
    if (const auto* where = std::get_if<result<inbox_state>>(&what->what))
      return seat->answered(desk(self), *where);
    if (const auto* unread = std::get_if<result<std::int64_t>>(&what->what)) {
      seat->answered(desk(self), *unread);
      // Greeted, so that who comes and goes is never told before the hello.
      if (with_->news == presence_news::to_all)
        send(with_->presence, watch{seat->who(), true});
      return;
    }
    seat->answered(desk(self), std::get<result<seq_page>>(what->what));
  }

  /// True if the client's next message has to wait for storage.
  bool obey(const client_command& what) {
    auto* seat = find(what.from->id());
    if (seat == nullptr)
      return false;
    switch (what.kind) {
      case command_kind::read:
      case command_kind::read_all:
        return mark(*seat, what);
      case command_kind::subscribe:
      case command_kind::unsubscribe:
        subscribe(*seat, what);
    }
    return false;
  }

  bool mark(session_seat& seat, const client_command& what) {
    marking mark;
    mark.who = what.from->who();
    mark.origin = what.from->id();
    if (what.kind == command_kind::read) {
      const auto id = parse_id<notification_id>(what.argument);
      if (!id) {
        seat.tell(codec::error_event({errc::not_found, "there is no such notification"}));
        return false;
      }
      mark.ids = {*id};
      mark.single = true;
    } else {
      mark.kind = mark_kind::read_all;
    }
    auto asked = std::make_shared<const client_command>(what);
    mark.reply = answer<marked>{[to = handle(), asked](result<marked> done) {
      auto told = std::make_shared<const storage_answer>(
        storage_answer{asked->from->id(), marking_answer{asked, std::move(done)}});
      caf::anon_send(to, session_note{std::move(told)});
    }};
    send(with_->persistence, unit_of(std::move(mark), with_->clock(), clock().now()));
    return true;
  }

  void marked_by(session_seat& seat, const marking_answer& mark) {
    const auto& asked = *mark.asked;
    if (!mark.done) {
      seat.tell(codec::error_event(mark.done.error()));
    } else {
      const bool one = asked.kind == command_kind::read;
      if (one)
        seat.tell(codec::read_ack_event(asked.argument, mark.done->at));
      // A plain client hears only the answer to what it asked.
      if (!one || seat.who()->format() != frame_format::plain)
        seat.tell(codec::unread_count_event(mark.done->unread));
    }
    asked.from->resume();
  }

  void subscribe(session_seat& seat, const client_command& what) {
    if (what.argument != "presence")
      return seat.tell(codec::error_event({errc::invalid, "there is no such topic"}));
    if (with_->news == presence_news::to_nobody)
      return seat.tell(codec::error_event({errc::forbidden, "presence is told to nobody here"}));
    const bool open = with_->presence_visible_to_all || with_->news == presence_news::to_all;
    if (!open && !what.from->who()->is_admin)
      return seat.tell(codec::error_event({errc::forbidden, "presence needs the scope admin"}));
    send(with_->presence, watch{what.from, what.kind == command_kind::subscribe});
  }

  void fail(const char* what) {
    spdlog::error("a session ended by an exception: {}", what);
    with_->counts.restarted(name());
    ending_ = close_code::internal_error;
    send(with_->presence, session_over{slot_, id()});
    quit(caf::make_error(caf::sec::runtime_error, what));
  }

  session_services_ptr with_;
  boost::container::small_vector<session_seat, 1> seats_;
  std::uint32_t slot_;
  /// Until they are known nothing is pushed: what comes waits with each seat.
  bool known_ = false;
  /// Reads of them under way.
  int asked_ = 0;
  /// Versions that hold for nothing above it do not matter here.
  std::int64_t after_ = 0;
  rules::preference_history preferences_;
  /// How connections are closed that are still here at the end.
  close_code ending_ = close_code::service_restart;
};

}  // namespace

session_actor spawn_session(caf::actor_system& system, session_services_ptr with,
                            std::uint32_t slot) {
  return system.spawn<session>(std::move(with), slot);
}

}  // namespace carillon
