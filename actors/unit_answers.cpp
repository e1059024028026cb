#include "actors/unit_answers.hpp"

#include <type_traits>
#include <utility>

namespace carillon {

namespace {

/// What outages are answered with: they rarely end within less.
constexpr seconds come_back{1};

template <class T>
constexpr bool is_settlement = std::is_same_v<std::decay_t<T>, settlement>;

struct row_counter {
  std::size_t operator()(const creation& x) const {
    return x.notifications.size() + x.deliveries.size();
  }
  std::size_t operator()(const acceptance& x) const { return 1 + 2 * x.plan.size(); }
  std::size_t operator()(const marking& x) const { return 1 + x.ids.size(); }
  std::size_t operator()(const settlement&) const { return 3; }
  std::size_t operator()(const preferring&) const { return 2; }
  std::size_t operator()(const administration& x) const { return 3 * x.changes.size(); }
  std::size_t operator()(const intervention&) const { return 2; }
  std::size_t operator()(const replaying&) const { return 1; }
  std::size_t operator()(const batch_stop&) const { return 1; }
  std::size_t operator()(const bulking& x) const {
    return 1 + x.user_ids.size() / bulk_chunk_users;
  }
  std::size_t operator()(const bulk_chunk& x) const {
    const auto told = x.of ? x.of->meant.plan.size() : x.meant.deliveries.size();
    return 2 + x.meant.notifications.size() + 2 * told;
  }
  std::size_t operator()(const bulk_failing&) const { return 2; }
  std::size_t operator()(const dispatching& x) const { return static_cast<std::size_t>(x.limit); }
  std::size_t operator()(const route_change& x) const { return x.routes.size(); }
  std::size_t operator()(const conclusion&) const { return 1; }
  std::size_t operator()(const collection_end&) const { return 4; }
  std::size_t operator()(const push_note& x) const { return x.ids.size(); }
  std::size_t operator()(const templating& x) const { return 3 * x.changes.size(); }
};

}  // namespace

void answer_committed(unit& what) {
  if (what.refused)
    return answer_error(what, *what.refused);
  std::visit(
    [](auto& x) {
      if constexpr (is_settlement<decltype(x)>)
        x.reply(true);
      else
        x.reply(std::move(x.done));
    },
    what.what);
}

void answer_error(unit& what, const error& why) {
  std::visit([&](auto& x) { x.reply(why); }, what.what);
}

void answer_unavailable(unit& what, const std::string& why) {
  std::visit(
    [&](auto& x) {
      if constexpr (is_settlement<decltype(x)>)
        x.reply(false);
      else
        x.reply(error{errc::unavailable, why, {}, come_back});
    },
    what.what);
}

std::size_t weight_of(const unit& what) {
  return std::visit(row_counter{}, what.what);
}

}  // namespace carillon
