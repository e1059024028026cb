#pragma once

#include "protocol/codec/channel_name.hpp"
#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/unit.hpp"

#include <map>
#include <string>
#include <string_view>

namespace carillon::codec {

/// `{channels, recipient?, title, content, extra_data?, priority?, type?, source?}`: the recipient
/// is a text, or an object of channel to address, in which `user_id` is a user. `objection`
/// says what is wrong with a channel.
result<mailing_draft> decode_mailing(std::string_view body, const text_check& objection = {});

/// `{template_name, recipient?, template_vars?, language?, channels?, priority?}`: the words come
/// from the template, and the channels where none are named.
result<mailing_draft> decode_template_mailing(std::string_view body,
                                              const text_check& objection = {});

/// The answer to a mailing, as seed and contract have it: `{"success","message","results",
/// "deliveries"}`. A channel is `true` where its first attempt arrived. For a mailing from a
/// template, `of_template` is its name. `asked` is the draft's: results bear the names in it.
std::string mailed_json(const mailed& what, std::string_view of_template = {},
                        const std::map<std::string, std::string>& asked = {});

}  // namespace carillon::codec
