#include "actors/session_seat.hpp"

#include "actors/questions.hpp"
#include "protocol/codec/live_events.hpp"
#include "protocol/rules/audience.hpp"
#include "protocol/rules/replay.hpp"
#include "protocol/rules/weight.hpp"

#include <caf/send.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// Bytes of a replay queued at once: with what `drained` leaves and what may wait, a queue stays
/// under its bound.
constexpr std::size_t portion = 256 << 10;

/// Events that may wait for the hello; only the user's own doing makes any.
constexpr std::size_t max_events = 100;

template <class Question>
void ask(const session_desk& desk, const connection& by, Question what) {
  using reply = decltype(what.reply);
  what.reply = reply{[to = desk.self, id = by.id()](auto answer) {
    auto told = std::make_shared<const storage_answer>(storage_answer{id, std::move(answer)});
    caf::anon_send(to, session_note{std::move(told)});
  }};
  caf::anon_send(desk.with.queries, query_of(std::move(what)));
}

push_ptr replayed(notification_ptr row, std::optional<timestamp> read_at = {}) {
  return std::make_shared<const push>(std::vector{rules::seq_row{std::move(row), {}, read_at}});
}

}  // namespace

struct session_seat::entry {
  explicit entry(std::int64_t at) : head(at), line(at) {}

  /// The last row pushed before it came.
  const std::int64_t head;
  rules::replay line;
  /// What it asked to resume from, while that holds.
  std::optional<std::int64_t> since{};
  /// Told after the hello: why it does not resume.
  std::optional<std::int64_t> oldest{};
  bool greeted{false};
  /// A page is being read, or waits for the queue to drain.
  bool reading{false};
  std::vector<live_event> events{};
};

session_seat::session_seat(connection_ptr who) noexcept : who_(std::move(who)) {}
session_seat::session_seat(session_seat&&) noexcept = default;
session_seat& session_seat::operator=(session_seat&&) noexcept = default;
session_seat::~session_seat() = default;

void session_seat::enter(const session_desk& desk, std::int64_t head) {
  const auto since = who_->since();
  const bool plain = who_->format() == frame_format::plain;
  const bool resumes = since && (!plain || *since >= 0);
  if (plain && !resumes && desk.preferences != nullptr)
    return who_->start(desk.self);

  entry_ = std::make_unique<entry>(head);
  entry_->since = since;
  if (plain) {
    entry_->greeted = true;
    if (resumes)
      entry_->line.resume_from(*since);
    who_->start(desk.self);
    go_on(desk);
  } else if (since) {
    ask(desk, *who_, read_state{});
  } else {
    ask(desk, *who_, count_unread{who_->who(), desk.with.clock(), {}});
  }
}

void session_seat::obey(const session_desk& desk) {
  if (!entry_)
    return;
  entry_->line.drop_suppressed(*desk.preferences);
  if (entry_->greeted && !entry_->reading)
    go_on(desk);
}

void session_seat::hear(const session_desk& desk, const push_ptr& what) {
  if (!rules::entitled(*who_->who(), what->to()))
    return;
  if (!entry_)
    return who_->push(what);
  for (const auto& row : what->rows())
    entry_->line.hear(row.what);
  if (entry_->greeted && !entry_->reading)
    go_on(desk);
}

void session_seat::tell(live_event what) {
  if (!entry_ || entry_->greeted)
    return who_->say(std::move(what));
  if (entry_->events.size() >= max_events)
    return give_up();
  entry_->events.push_back(std::move(what));
}

void session_seat::drained(const session_desk& desk) {
  if (!entry_)
    return;
  entry_->reading = false;
  go_on(desk);
}

void session_seat::answered(const session_desk& desk, const result<inbox_state>& where) {
  if (!where)
    return give_up();
  const auto since = *entry_->since;
  if (since > where->head || since < where->floor) {
    entry_->since.reset();
    entry_->oldest = where->floor + 1;
  } else {
    entry_->line.resume_from(since);
  }
  ask(desk, *who_, count_unread{who_->who(), desk.with.clock(), {}});
}

void session_seat::answered(const session_desk& desk, const result<std::int64_t>& unread) {
  if (!unread)
    return give_up();
  who_->say(codec::hello_event(std::to_string(who_->id()), who_->who()->subject,
                               desk.with.heartbeat, entry_->since.value_or(entry_->head), *unread));
  if (entry_->oldest)
    who_->say(codec::resume_failed_event(*entry_->oldest));
  for (auto& each : entry_->events)
    who_->say(std::move(each));
  entry_->events = {};
  entry_->greeted = true;
  who_->start(desk.self);
  go_on(desk);
}

void session_seat::answered(const session_desk& desk, const result<seq_page>& page) {
  if (!page)
    return give_up();
  if (entry_->line.misses(page->floor)) {
    // Retention has passed it: a plain client learns that from the upgrade of its next attempt.
    if (who_->format() == frame_format::plain)
      return who_->close(close_code::try_again_later, "part of what was missed is gone; resume");
    who_->say(codec::resume_failed_event(page->floor + 1));
  }
  auto upto = page->upto;
  std::size_t bytes = 0;
  for (const auto& item : page->items) {
    who_->push(replayed(item.what, item.read_at));
    bytes += rules::weight_of(*item.what);
    if (bytes >= portion) {
      upto = &item == &page->items.back() ? upto : item.what->seq;
      break;
    }
  }
  if (!entry_->line.queued(upto))
    return give_up();
  if (entry_->line.behind())
    return who_->tell_when_drained();
  entry_->reading = false;
  go_on(desk);
}

void session_seat::go_on(const session_desk& desk) {
  if (entry_->line.caught_up())
    return desk.preferences != nullptr ? go_live() : void();
  if (!entry_->line.behind())
    return;
  entry_->reading = true;
  const auto [after, upto] = entry_->line.next();
  ask(desk, *who_,
      read_range{who_->who(), desk.with.clock(), after, upto, rules::replay::page_size, {}});
}

void session_seat::go_live() {
  for (auto& row : entry_->line.take())
    who_->push(replayed(std::move(row)));
  entry_.reset();
}

void session_seat::give_up() {
  who_->close(close_code::try_again_later, "what was missed cannot be read now; resume");
}

}  // namespace carillon
