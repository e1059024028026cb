#pragma once

#include "protocol/collection.hpp"
#include "protocol/event.hpp"
#include "protocol/rules/when.hpp"

#include <string>

namespace carillon::rules {

/// What a route without a template says.
struct event_words {
  std::string title{};
  std::string text{};
};

/// The data's `title`, else the type; its `message` or `content`, else the data as JSON.
event_words words_of(const event& what, const when_facts& facts);

/// The words of the latest event, of several with their number in the title, and what each of them
/// says on a line of its own.
event_words words_of(const collection& what);

/// The data of the latest event, with `count` and `events` in place of such members of its own: a
/// JSON object. Each of `events` has the members of its data, and beside them `event_id`, `type`,
/// `entity_id`, `occurred_at` and `data` where the data has no such members itself.
std::string data_of(const collection& what);

}  // namespace carillon::rules
