#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// What a live client is told besides notifications; each form of stream writes it in its own way.
struct live_event {
  std::string_view name{};  ///< a literal
  std::string data{};       ///< a JSON value
};

}  // namespace carillon
