#pragma once

#include "protocol/codec/fields.hpp"
#include "protocol/error.hpp"
#include "protocol/template.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// `{event|code, channel?, language?, syntax?, template_id?, params?, title?, content?, html?,
/// channels?, priority?, enabled?, payload_schema?}`. What is not there is as in `before`, or else
/// empty; `language` is then the one given. `objection` says what is wrong with a channel.
/// `invalid` also for one that cannot be compiled.
result<message_template> decode_template(std::string_view body, const std::string& language,
                                         const text_check& objection,
                                         const message_template* before = nullptr);

/// The same for a look at its parts alone: it needs no name, and whether they can be compiled is
/// not asked.
result<message_template> decode_template_parts(std::string_view body, const std::string& language,
                                               const text_check& objection);

/// A template as the API shows it: all members, `null` for what is empty.
std::string template_json(const message_template& what);

/// `{"items":[…]}` of all versions: each with its number, when and by whom it was made, its words.
std::string template_versions_json(std::span<const template_ptr> versions);

/// What a preview is asked for.
struct preview_draft {
  std::string event{};
  std::string code{};
  std::string data{"{}"};
  std::string language{};
  std::string channel{};
  std::string recipient{};
};

/// `{event|template_name, data, language?, channel?, recipient?}`. `objection` says what is wrong
/// with a channel.
result<preview_draft> decode_preview(std::string_view body, const text_check& objection);

/// `{"version": n}`.
result<int> decode_version(std::string_view body);

}  // namespace carillon::codec
