#pragma once

#include "protocol/error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::rules {

/// A JSON Schema that data must fulfil. Never changes; any thread.
class payload_schema {
 public:
  /// `invalid` for anything but a schema that stands alone: it may refer to itself, not to others.
  static result<std::shared_ptr<const payload_schema>> read(std::string_view schema);

  /// The first thing in the data, JSON text, that breaks the schema, with its place; nothing where
  /// all is well.
  std::optional<std::string> objection(const std::string& data) const;

 private:
  struct compiled;
  explicit payload_schema(std::shared_ptr<const compiled> what) : what_(std::move(what)) {}

  std::shared_ptr<const compiled> what_;
};

}  // namespace carillon::rules
