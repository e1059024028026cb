#include "storage/administration.hpp"

#include "storage/overrides.hpp"
#include "storage/recipients.hpp"

#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

using change = decltype(administration::changes)::value_type;

/// Why the change cannot be made; empty where it can.
std::string objection_to(connection& db, const change& what) {
  if (const auto* x = std::get_if<override_channel>(&what);
      x && !x->settings && !is_overridden(db, x->name))
    return "this channel has no settings beside the file";
  if (const auto* x = std::get_if<remove_recipient>(&what); x && !is_stored(db, x->user_id))
    return "nothing is stored of this user";
  return {};
}

}  // namespace

void apply_administration(work& w, unit& x, const administration& what) {
  for (const auto& one : what.changes)
    if (auto why = objection_to(w.db, one); !why.empty()) {
      x.refused = error{errc::not_found, std::move(why)};
      return;
    }
  std::vector<const recipient_record*> people;
  const auto store_people = [&] { put_recipients(w, std::exchange(people, {}), x.now); };
  for (const auto& one : what.changes) {
    if (const auto* person = std::get_if<put_recipient>(&one)) {
      people.push_back(&person->what);
      continue;
    }
    store_people();
    std::visit(
      [&]<class Change>(const Change& change) {
        if constexpr (std::is_same_v<Change, remove_recipient>)
          forget_recipient(w, change.user_id);
        else if constexpr (!std::is_same_v<Change, put_recipient>)
          apply_change(w, change, x.now);
      },
      one);
  }
  store_people();
}

}  // namespace carillon::storage
