#pragma once

#include "protocol/error.hpp"
#include "protocol/event.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace carillon::rules {

/// An event as conditions see it: its data is read once, however many routes ask.
class when_facts {
 public:
  explicit when_facts(const event& what);
  ~when_facts();
  when_facts(const when_facts&) = delete;
  when_facts& operator=(const when_facts&) = delete;

  struct tree;
  const tree& root() const noexcept { return *tree_; }

 private:
  std::unique_ptr<const tree> tree_;
};

/// A route's `when`, read once: `data.amount >= 100 and not (source == "test")`. Every condition
/// has an answer for every event: a path that leads nowhere is `null`, an order between things of
/// different kinds is false, and only `true` is true.
class condition {
 public:
  virtual ~condition() = default;

  virtual bool holds(const when_facts& facts) const = 0;
};

using condition_ptr = std::shared_ptr<const condition>;

/// Reads an expression of at most 4 KiB, nested at most 32 deep. `invalid` names the place, counted
/// in bytes from 1.
result<condition_ptr> parse_when(std::string_view text);

}  // namespace carillon::rules
