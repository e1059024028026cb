#include "protocol/rules/audience_index.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

using names = std::vector<std::string> principal::*;

bool claimed_by_one(std::span<const principal_ptr> connections, names which,
                    const std::string& name) {
  return std::ranges::any_of(connections, [&](const principal_ptr& x) {
    return std::ranges::find((*x).*which, name) != ((*x).*which).end();
  });
}

}  // namespace

std::optional<audience_index::slot> audience_index::find(std::string_view user_id) const {
  const auto i = users_.find(user_id);
  return i == users_.end() ? std::nullopt : std::optional{i->second};
}

audience_index::slot audience_index::enter(std::string_view user_id) {
  const bool used = !free_.empty();
  const auto given = used ? free_.back() : next_;
  users_.emplace(user_id, given);
  if (used)
    free_.pop_back();
  else
    ++next_;
  return given;
}

void audience_index::leave(std::string_view user_id, std::span<const principal_ptr> connections) {
  const auto i = users_.find(user_id);
  if (i == users_.end())
    return;
  for (const auto& x : connections)
    disclaim(i->second, *x, {});
  free_.push_back(i->second);
  users_.erase(i);
}

void audience_index::claim(slot user, const principal& connection) {
  for (const auto& role : connection.roles)
    roles_[role].insert(user);
  for (const auto& store : connection.stores)
    stores_[store].insert(user);
}

void audience_index::disclaim(slot user, const principal& connection,
                              std::span<const principal_ptr> others) {
  for (const auto& role : connection.roles)
    if (!claimed_by_one(others, &principal::roles, role))
      take_away(roles_, role, user);
  for (const auto& store : connection.stores)
    if (!claimed_by_one(others, &principal::stores, store))
      take_away(stores_, store, user);
}

void audience_index::take_away(groups& from, const std::string& name, slot user) {
  const auto i = from.find(name);
  if (i == from.end())
    return;
  i->second.erase(user);
  if (i->second.empty())
    from.erase(i);
}

const audience_index::slots* audience_index::members(const groups& in, const std::string& name) {
  static const slots nobody;
  if (name.empty())
    return nullptr;
  const auto i = in.find(name);
  return i == in.end() ? &nobody : &i->second;
}

std::span<const audience_index::slot> audience_index::reach(const audience& to) {
  reached_.clear();
  if (to.personal()) {
    if (const auto user = find(to.user_id))
      reached_.push_back(*user);
  } else if (to.broadcast()) {
    for (const auto& [id, user] : users_)
      reached_.push_back(user);
  } else {
    const slots* few = members(roles_, to.role);
    const slots* many = members(stores_, to.store_id);
    if (few == nullptr || (many != nullptr && many->size() < few->size()))
      std::swap(few, many);
    for (const auto user : *few)
      if (many == nullptr || many->contains(user))
        reached_.push_back(user);
  }
  return reached_;
}

}  // namespace carillon::rules
