// How rows reach those who are here: strictly by `seq`, from memory or from storage.

#include "actors/presence_state.hpp"
#include "actors/questions.hpp"
#include "protocol/rules/weight.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// Rows of a hole read at once.
constexpr int page_size = 200;

/// What one push takes at most: far below what a connection may have queued.
constexpr std::size_t rows_per_push = 8;
constexpr std::size_t bytes_per_push = 64 << 10;

bool has_ended(const notification& x, timestamp now) {
  return x.expires_at && *x.expires_at <= now;
}

}  // namespace

template <class Question>
void presence_state::ask(Question what) {
  using reply = decltype(what.reply);
  what.reply = reply{[to = services_->presence, life = self_.life()](auto answer) {
    caf::anon_send(
      to, std::make_shared<const presence_answer>(presence_answer{life, std::move(answer)}));
  }};
  self_.send(world_->queries, query_of(std::move(what)));
}

template void presence_state::ask(read_state what);

void presence_state::take(const released& what) {
  for (const auto& row : what.notifications) {
    if (!line_) {
      heard_ = std::max(heard_, row->seq);
      if (!waiting_.empty())
        first_awaited_ = std::min(first_awaited_.value_or(row->seq), row->seq);
    } else if (blocked_) {
      line_->hear_of(row->seq);
    } else {
      line_->hear({row, what.committed});
    }
  }
  if (line_ && !blocked_)
    push_ready();
  note_pushes();
  read_on();
}

void presence_state::take(const presence_answer& what) {
  if (what.life != self_.life())
    return;
  if (const auto* where = std::get_if<result<inbox_state>>(&what.what)) {
    if (*where)
      start_at(**where);
    else
      ask_state_again_ = true;
  } else {
    reading_ = false;
    const auto& page = std::get<result<seq_page>>(what.what);
    if (page)
      take_page(*page);
    else
      read_again_ = true;
    note_pushes();
  }
  tick_if_needed();
}

void presence_state::start_at(const inbox_state& where) {
  if (!line_) {
    // What became visible to those who waited may be below the head that was read meanwhile.
    line_.emplace(first_awaited_ ? std::min(where.head, *first_awaited_ - 1) : where.head);
    line_->hear_of(heard_);
    admit_waiting(line_->head());
  }
  line_->hear_of(where.head);
  read_on();
}

void presence_state::take_page(const seq_page& page) {
  const auto before = line_->head();
  for (const auto& item : page.items) {
    const auto& row = item.what;
    if (row->seq <= line_->head())
      continue;
    if (!has_room()) {
      launch_gathered();
      return line_->forget();
    }
    admit_waiting(row->seq - 1);
    gather({row, {}});
    line_->passed(row->seq);
  }
  launch_gathered();
  line_->passed(page.upto);
  admit_waiting(line_->head());
  if (line_->head() == before) {
    read_again_ = true;
    return;
  }
  push_ready();
  read_on();
}

void presence_state::push_ready() {
  while (line_->ready()) {
    if (!has_room()) {
      launch_gathered();
      return line_->forget();
    }
    admit_waiting(line_->head());
    // Its place in the line is taken all the same: nothing of it is left to be read from storage.
    if (auto row = line_->take(); !has_ended(*row.what, world_->clock()))
      gather(std::move(row));
  }
  launch_gathered();
  admit_waiting(line_->head());
}

void presence_state::read_on() {
  if (!line_ || reading_ || blocked_)
    return;
  if (index_.size() == 0) {
    line_->passed(line_->known());
    return admit_waiting(line_->head());
  }
  const auto hole = line_->hole();
  if (!hole)
    return;
  reading_ = true;
  ask(read_range{nullptr, world_->clock(), hole->after, hole->upto, page_size, {}});
}

void presence_state::gather(rules::seq_row row) {
  const auto weight = rules::weight_of(*row.what);
  if (!gathered_.empty()
      && (gathered_.front().what->to != row.what->to || gathered_.size() >= rows_per_push
          || gathered_bytes_ + weight > bytes_per_push))
    launch_gathered();
  gathered_bytes_ += weight;
  gathered_.push_back(std::move(row));
}

void presence_state::launch_gathered() {
  gathered_bytes_ = 0;
  auto rows = std::exchange(gathered_, {});
  if (rows.empty())
    return;
  const auto reached = index_.reach(rows.front().what->to);
  if (reached.empty())
    return;
  if (rows.front().what->to.personal())
    for (const auto& row : rows)
      if (row.what->event)
        pushed_.push_back(row.what->id);
  std::int64_t receivers = 0;
  for (const auto which : reached)
    receivers += static_cast<std::int64_t>(members_[which].connections.size());
  const auto push = budget_->launch(std::move(rows), receivers);
  // Anonymous: a sender counted up and down by every session would be fought over by all threads.
  for (const auto which : reached)
    caf::anon_send(members_[which].session, push);
}

/// One unit for what one commit made visible: who explains an event asks for the time.
void presence_state::note_pushes() {
  if (!pushed_.empty())
    self_.send(world_->persistence, unit_of(push_note{.ids = std::exchange(pushed_, {})},
                                            world_->clock(), self_.steady_now()));
}

bool presence_state::has_room() {
  blocked_ = !budget_->has_room();
  return !blocked_;
}

}  // namespace carillon
