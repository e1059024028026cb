#pragma once

#include "protocol/draft.hpp"
#include "protocol/event.hpp"
#include "protocol/route.hpp"
#include "protocol/rules/templates.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace carillon::rules {

/// Whether a route's messages about events of this type are made of a template: its own, or one
/// that speaks of the type.
bool is_templated(const catalog& what, const route& by, const std::string& type);

/// What a route says about an event, on each channel and in each language once.
class route_words {
 public:
  /// `plain` is what is said where no template speaks. What is given must outlive this.
  route_words(const catalog& what, const route& by, const event& about, content plain);

  /// The words for someone of whom `who` is known; null where nothing is.
  const template_words& on(const std::string& channel, const recipient_facts* who);

 private:
  template_words make(const std::string& channel, const std::string& language,
                      const std::string& zone);

  const template_book* book_{nullptr};
  const event& about_;
  std::string code_;
  /// The route names the template itself: a channel without one is not told at all.
  bool named_{false};
  content plain_;
  std::optional<result<render::document>> data_;
  std::map<std::tuple<std::string, std::string, std::string>, template_words> made_;
};

}  // namespace carillon::rules
