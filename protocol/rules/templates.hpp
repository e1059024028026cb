#pragma once

#include "protocol/delivery.hpp"
#include "protocol/error.hpp"
#include "protocol/rules/render/diagnosis.hpp"
#include "protocol/rules/render/document.hpp"
#include "protocol/template.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace date {
class time_zone;
}

namespace carillon::rules {

/// A template made ready: its parts compiled, its schema read.
struct compiled_template;
using compiled_ptr = std::shared_ptr<const compiled_template>;

/// Reads what a template says; `invalid` with a fault for each part that cannot be read, at
/// `/content`, with line and column in the message.
result<compiled_ptr> compile_template(template_ptr row);

/// Everything that is wrong with the parts of a template, each at its place in its part.
std::vector<render::diagnosis> check_template(const message_template& row);

/// What a message is to be made of.
struct template_wish {
  std::string_view code{};
  std::string_view channel{};
  /// As the recipient wants it: `en-GB`; empty for the default.
  std::string_view language{};
  /// The event's type, or `notification`.
  std::string_view type{"notification"};
  /// Of dates without a zone of their own; null for UTC.
  const date::time_zone* zone{nullptr};
  /// For a look at it: one that is switched off is filled too.
  bool even_disabled{false};
};

/// A message made of a template, or why there is none.
struct template_words {
  enum class state : std::uint8_t {
    ready,
    missing,   ///< there is no row for this code, channel and language
    disabled,  ///< the row is switched off
    refused,   ///< the data lacks what it must have, or the text went over a bound
  };

  state is{state::missing};
  /// The row that was chosen; null where there is none.
  template_ptr row{};
  carillon::content content{};
  /// For people, of one that is refused.
  std::string why{};
};

/// All templates, as one immutable picture. Copies share what they hold.
class template_book {
 public:
  explicit template_book(std::string default_language = "zh-CN")
      : default_language_(std::move(default_language)) {}

  /// Adds or replaces a row; one that cannot be compiled is kept and refuses whoever asks for it.
  void put(template_ptr row);
  void remove(const template_id& id);

  /// Whether any row has this code.
  bool knows(std::string_view code) const;

  /// Whether a row with this code speaks of events of this type.
  bool is_bound(std::string_view event) const;

  /// The row for a channel and language: those of the channel first (the language, the language
  /// without region, the default), then in the same order those of no channel.
  compiled_ptr find(std::string_view code, std::string_view channel,
                    std::string_view language) const;

  /// The row that speaks for a code: the one of no channel where there is one.
  template_ptr describe(std::string_view code, std::string_view language) const;

  /// The channels that a code's rows name, and those that they are for.
  std::vector<std::string> channels_of(std::string_view code) const;

  template_ptr find(const template_id& id) const;

  /// Every row, by code, channel and language.
  std::vector<template_ptr> rows() const;

  const std::string& default_language() const noexcept { return default_language_; }

 private:
  /// Channel and language.
  using place = std::pair<std::string, std::string>;
  using shelf = std::map<place, compiled_ptr>;

  std::string default_language_;
  std::map<std::string, shelf, std::less<>> by_code_;
};

using template_book_ptr = std::shared_ptr<const template_book>;

/// Renders a message. `data` is the JSON object the variables come from.
template_words render_template(const template_book& from, const template_wish& what,
                               const render::document& data, const std::string& data_text);

}  // namespace carillon::rules
