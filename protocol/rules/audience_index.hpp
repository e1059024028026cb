#pragma once

#include "protocol/notification.hpp"
#include "protocol/principal.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::rules {

/// Who is online, by user, role and store, and so whom an audience may reach. Each user has one
/// slot, a small number that is used again after they left. A user's claims are the union of what
/// their connections claim; each connection's own claims are tested again where a frame is given to
/// it.
class audience_index {
 public:
  using slot = std::uint32_t;

  /// The user's slot, if they are online.
  std::optional<slot> find(std::string_view user_id) const;

  /// Gives the user a slot; they must not have one.
  slot enter(std::string_view user_id);

  /// Takes the user out, with the claims of these connections.
  void leave(std::string_view user_id, std::span<const principal_ptr> connections);

  /// One more connection of the user's came.
  void claim(slot user, const principal& connection);

  /// One of the user's connections went: what none of the others claims is taken away.
  void disclaim(slot user, const principal& connection, std::span<const principal_ptr> others);

  /// The slots this audience may reach; valid until the next call of anything here.
  std::span<const slot> reach(const audience& to);

  /// How many users are online.
  std::size_t size() const noexcept { return users_.size(); }

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept {
      return std::hash<std::string_view>{}(x);
    }
  };
  template <class Value>
  using by_text = boost::unordered_flat_map<std::string, Value, text_hash, std::equal_to<>>;
  using slots = boost::unordered_flat_set<slot>;
  using groups = by_text<slots>;

  static void take_away(groups& from, const std::string& name, slot user);

  /// Those in the group; null where the audience names none.
  static const slots* members(const groups& in, const std::string& name);

  by_text<slot> users_;
  groups roles_;
  groups stores_;
  std::vector<slot> free_;
  slot next_ = 0;
  std::vector<slot> reached_;
};

}  // namespace carillon::rules
