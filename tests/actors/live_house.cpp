#include "tests/actors/live_house.hpp"

#include "protocol/rules/audience.hpp"
#include "protocol/rules/preferences.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace carillon::tests {

namespace {

std::uint64_t next_connection() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

seq_page page_of(const store& in, const read_range& what) {
  rules::preference_history suppressed;
  suppressed.fill(in.preferences);
  seq_page out;
  out.floor = in.floor;
  out.upto = what.upto;
  auto next = std::ranges::upper_bound(in.rows, what.after, {}, [](auto& x) { return x->seq; });
  for (; next != in.rows.end() && (*next)->seq <= what.upto; ++next) {
    const auto& row = *next;
    if (what.who && (!rules::entitled(*what.who, row->to) || suppressed.suppresses(*row)))
      continue;
    if (out.items.size() == static_cast<std::size_t>(what.limit)) {
      out.upto = out.items.back().what->seq;
      break;
    }
    const auto mark = in.read_at.find(row->seq);
    out.items.push_back(
      {row, what.who && mark != in.read_at.end() ? std::optional{mark->second} : std::nullopt});
  }
  return out;
}

template <class Question>
void reply_to(Question& what, auto value, bool away) {
  if (away)
    what.reply(error{errc::unavailable, "the store is away"});
  else
    what.reply(std::move(value));
}

queries_actor::behavior_type queries_of(std::shared_ptr<store> in) {
  return {[in](const query_ptr& asked) {
    if (auto* count = std::get_if<count_unread>(&asked->what))
      reply_to(*count, in->unread, in->away);
    else if (auto* where = std::get_if<read_state>(&asked->what))
      reply_to(*where, inbox_state{in->head(), in->floor}, in->away);
    else if (auto* range = std::get_if<read_range>(&asked->what)) {
      in->read.push_back({range->who, range->now, range->after, range->upto, range->limit, {}});
      reply_to(*range, page_of(*in, *range), in->away);
    } else if (auto* wanted = std::get_if<read_preferences>(&asked->what)) {
      if (in->holds_preferences)
        in->held.push_back(asked);
      else
        reply_to(*wanted, in->preferences, in->away);
    }
  }};
}

persistence_actor::behavior_type persistence_of(std::shared_ptr<store> in) {
  return {[in](const unit_ptr& what) { in->marks.push_back(what); }, [](const want_ptr&) {},
          [](const due&) {}, [](const survey_again&) {}, [](const close_store&) {}};
}

}  // namespace

recorder::recorder(principal_ptr who, frame_format format, std::optional<std::int64_t> since)
    : id_(next_connection()), who_(std::move(who)), format_(format), since_(since) {}

void recorder::start(const session_actor& by) {
  session = by;
}

void recorder::push(push_ptr what) {
  for (const auto& row : what->rows())
    log.push_back("#" + std::to_string(row.what->seq));
  if (keep)
    kept.push_back(std::move(what));
}

void recorder::tell_when_drained() {
  waits_for_room = true;
  if (drains_at_once)
    drain();
}

void recorder::drain() {
  if (std::exchange(waits_for_room, false))
    caf::anon_send(session, session_note{drained{id_}});
}

void recorder::close(close_code code, std::string) {
  if (!closed)
    closed = code;
}

std::vector<std::int64_t> recorder::seqs() const {
  std::vector<std::int64_t> out;
  for (const auto& x : log)
    if (x.front() == '#')
      out.push_back(std::stoll(x.substr(1)));
  return out;
}

std::vector<std::string> recorder::texts() const {
  std::vector<std::string> out;
  std::ranges::copy_if(log, std::back_inserter(out), [](auto& x) { return x.front() != '#'; });
  return out;
}

live_house::live_house(caf::actor_system& system) : system_(system) {
  queries_ = system_.spawn([in = storage] { return queries_of(in); });
  persistence_ = system_.spawn([in = storage] { return persistence_of(in); });
  supervisor_ = system_.spawn([this]() -> supervisor_actor::behavior_type {
    return {[this](const child_failed& x) { failures.push_back(x.name); }};
  });
}

live_house::~live_house() = default;

void live_house::open(presence_options how) {
  presence = spawn_presence(
    system_, supervisor_, persistence_, queries_, [] { return from_millis(1'750'000'000'000); },
    counts, std::move(how));
}

void live_house::shut() {
  caf::anon_send_exit(presence, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(queries_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(persistence_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  storage->marks.clear();
  storage->held.clear();
}

notification_ptr live_house::write(audience to, std::string message) {
  auto row = std::make_shared<notification>();
  row->seq = storage->head() + 1;
  row->title = "t";
  row->message = std::move(message);
  row->to = std::move(to);
  storage->rows.push_back(row);
  return row;
}

void live_house::release(std::vector<notification_ptr> rows) {
  auto what = std::make_shared<released>();
  what->notifications = std::move(rows);
  caf::anon_send(presence, released_ptr{std::move(what)});
}

notification_ptr live_house::post(audience to, std::string message) {
  auto row = write(std::move(to), std::move(message));
  release({row});
  return row;
}

recorder_ptr live_house::connect(principal who, frame_format format,
                                 std::optional<std::int64_t> since) {
  auto out =
    std::make_shared<recorder>(std::make_shared<const principal>(std::move(who)), format, since);
  caf::anon_send(presence, attach{out, 0});
  return out;
}

void live_house::disconnect(const recorder_ptr& who) {
  caf::anon_send(presence, detach{who});
  who->session = nullptr;
}

void live_house::command(const recorder_ptr& from, command_kind kind, std::string argument) {
  caf::anon_send(from->session, std::make_shared<const client_command>(
                                  client_command{from, kind, std::move(argument)}));
}

principal user(std::string id, std::vector<std::string> roles, std::vector<std::string> stores) {
  principal out;
  out.subject = std::move(id);
  out.roles = std::move(roles);
  out.stores = std::move(stores);
  return out;
}

}  // namespace carillon::tests
