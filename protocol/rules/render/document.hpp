#pragma once

#include "protocol/error.hpp"
#include "protocol/rules/render/value.hpp"

#include <memory>
#include <string_view>

namespace carillon::rules::render {

/// JSON, read once for any number of renderings. Never changes; copies share
/// it.
class document {
 public:
  /// `malformed` for anything but JSON of at most 64 levels.
  static result<document> read(std::string_view json);

  const value& root() const noexcept;

 private:
  struct storage;
  explicit document(std::shared_ptr<const storage> what) : what_(std::move(what)) {}

  std::shared_ptr<const storage> what_;
};

}  // namespace carillon::rules::render
