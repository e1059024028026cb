#include "protocol/rules/progress_book.hpp"

#include <utility>

namespace carillon::rules {

void progress_book::look(const bulk_standing& what) {
  if (what.by.empty())
    return;
  auto& x = open_[what.id];
  x.by = what.by;
  x.due = true;
  x.over = x.over || what.over;
}

std::optional<batch_id> progress_book::next(steady_time now) {
  if (reading_)
    return {};
  for (auto& [id, x] : open_) {
    const bool early = x.read_at && now - *x.read_at < between && !x.over;
    if (!x.due || early)
      continue;
    x.due = false;
    x.read_at = now;
    reading_ = id;
    return id;
  }
  return {};
}

std::string progress_book::read(const result<batch_record>& found) {
  const auto asked = std::exchange(reading_, {});
  const auto at = asked ? open_.find(*asked) : open_.end();
  if (at == open_.end())
    return {};
  auto& x = at->second;
  // One that ended while it was read is due again.
  const bool last = x.over && !x.due;
  const bool news = found && (last || x.told != found->processed);
  auto whom = news ? x.by : std::string{};
  if (found)
    x.told = found->processed;
  if (last)
    open_.erase(at);
  return whom;
}

}  // namespace carillon::rules
