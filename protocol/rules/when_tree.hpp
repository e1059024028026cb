#pragma once

#include "protocol/rules/when.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace carillon::rules {

/// The event as one JSON object: `type`, `source`, …, `data`.
struct when_facts::tree {
  nlohmann::json root;
};

/// A path into the event, or a literal where `path` is empty.
struct when_operand {
  std::vector<std::string> path{};
  nlohmann::json literal{};

  /// What it stands for; null where the path leads nowhere.
  const nlohmann::json* find(const nlohmann::json& root) const;
};

/// One step of a condition. `all` and `any` have children, `negate` one; the others have operands,
/// `in` its left side first and then the list.
struct when_node {
  enum class op {
    all,
    any,
    negate,
    truth,
    exists,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
  };

  op what{op::truth};
  std::vector<when_node> children{};
  std::vector<when_operand> operands{};

  bool test(const nlohmann::json& root) const;
};

}  // namespace carillon::rules
