#pragma once

#include "protocol/rules/wish_book.hpp"
#include "protocol/sink.hpp"
#include "storage/connection.hpp"
#include "storage/effects.hpp"

#include <span>
#include <string>

namespace carillon::storage {

/// What the verbs of a transaction work with.
struct work {
  connection& db;
  /// This node's name, the owner of what it claims.
  const std::string& node;
  rules::wish_book& wishes;
  effects& out;
  /// Who hears how deliveries end.
  std::span<const sink> sinks{};
};

}  // namespace carillon::storage
