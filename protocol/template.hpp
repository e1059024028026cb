#pragma once

#include "protocol/answer.hpp"
#include "protocol/id.hpp"
#include "protocol/notification.hpp"
#include "protocol/once.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace carillon {

/// How a template marks its variables.
enum class template_syntax : std::uint8_t {
  handlebars,  ///< `{{x}}`, with blocks, partials and helpers
  braces,      ///< `{x}`
  dollar,      ///< `${x}`
};

std::string_view to_string(template_syntax x);
std::optional<template_syntax> parse_template_syntax(std::string_view text);

/// The words for one code on one channel in one language, as they are stored.
struct message_template {
  template_id id{};
  std::string code{};
  /// The type of the events told in these words where their route names no template; empty for
  /// none.
  std::string event{};
  /// Empty: for every channel that has no row of its own.
  std::string channel{};
  std::string language{};
  template_syntax syntax{template_syntax::handlebars};
  std::string title{};
  std::string content{};
  std::string html{};
  /// The provider's own template, and what fills it: a JSON object or array of texts in `syntax`.
  /// Empty: the data's scalar members, one to one.
  std::string provider_template{};
  std::string params{};
  /// Where a message goes that is asked for by its template alone.
  std::vector<std::string> channels{};
  std::optional<carillon::priority> priority{};
  bool enabled{true};
  /// A JSON Schema the data must fulfil; empty for none.
  std::string payload_schema{};
  int version{1};
  timestamp created_at{};
  timestamp updated_at{};
  /// Who made this version; empty for those that come with the program.
  std::string updated_by{};

  friend bool operator==(const message_template&, const message_template&) = default;
};

using template_ptr = std::shared_ptr<const message_template>;

/// Stores a template in place of the one of that code, channel and language; the id is given to one
/// that is new.
struct put_template {
  message_template what{};
};

/// Stores a template in place of the one of that id; `conflict` where another one has its code,
/// channel and language.
struct replace_template {
  message_template what{};
};

struct remove_template {
  template_id id{};
};

struct enable_template {
  template_id id{};
  bool enabled{true};
};

/// Makes a new version of the words of an old one.
struct rollback_template {
  template_id id{};
  int version{1};
};

/// What became of a change: the row as it is now, or the id of the one removed.
struct template_changed {
  template_ptr now{};
  std::optional<template_id> removed{};
};

/// What became of several, in their order.
struct templates_changed {
  std::vector<template_changed> rows{};
  /// Set when the idempotency key was seen before; nothing else is then.
  std::optional<stored_answer> replayed{};
};

/// Changes templates, all or none; an id that is not there is `not_found`.
struct templating {
  std::vector<std::variant<put_template, replace_template, remove_template, enable_template,
                           rollback_template>>
    changes{};
  std::string by{};
  std::optional<once<templates_changed>> idempotency{};
  templates_changed done{};
  answer<templates_changed> reply{};
};

/// Every template there is.
struct read_templates {
  answer<std::vector<template_ptr>> reply{};
};

/// All versions of a template that are kept, the newest first; `not_found` where there is no such
/// template.
struct read_template_versions {
  template_id id{};
  answer<std::vector<template_ptr>> reply{};
};

}  // namespace carillon
