#pragma once

#include "protocol/rules/templates.hpp"

#include <mutex>
#include <span>
#include <utility>

namespace carillon {

/// The templates of a node: an immutable book that is replaced whole. Safe from any thread.
class template_shelf {
 public:
  explicit template_shelf(rules::template_book first)
      : now_(std::make_shared<const rules::template_book>(std::move(first))) {}

  rules::template_book_ptr now() const {
    std::lock_guard lock{mutex_};
    return now_;
  }

  /// Takes over what a commit changed; told in the order of the commits, before they are answered.
  void take(std::span<const template_changed> changes);

  /// Holds just these rows, which were read of the store while it held `since`. False, and nothing
  /// is changed, where it has taken something over meanwhile: what was read may be older than that.
  bool renew(std::span<const template_ptr> rows, const rules::template_book_ptr& since);

 private:
  mutable std::mutex mutex_;
  rules::template_book_ptr now_;
};

using template_shelf_ptr = std::shared_ptr<template_shelf>;

}  // namespace carillon
