#include "protocol/rules/route_words.hpp"

#include "protocol/rules/quiet.hpp"

#include <utility>

namespace carillon::rules {

namespace {

std::string template_code_of(const catalog& what, const route& by, const std::string& type) {
  if (!by.template_code.empty())
    return by.template_code;
  return what.templates != nullptr && what.templates->is_bound(type) ? type : std::string{};
}

}  // namespace

bool is_templated(const catalog& what, const route& by, const std::string& type) {
  return !template_code_of(what, by, type).empty();
}

route_words::route_words(const catalog& what, const route& by, const event& about, content plain)
    : book_(what.templates.get()),
      about_(about),
      code_(template_code_of(what, by, about.type)),
      named_(!by.template_code.empty()),
      plain_(std::move(plain)) {}

const template_words& route_words::on(const std::string& channel, const recipient_facts* who) {
  const bool asked = !about_.locale.empty() || who == nullptr;
  auto key = std::tuple{code_.empty() ? std::string{} : channel,
                        code_.empty() ? std::string{}
                        : asked       ? about_.locale
                                      : who->locale,
                        code_.empty() || who == nullptr ? std::string{} : who->time_zone};
  auto found = made_.find(key);
  if (found == made_.end()) {
    auto words = make(channel, std::get<1>(key), std::get<2>(key));
    found = made_.emplace(std::move(key), std::move(words)).first;
  }
  return found->second;
}

template_words route_words::make(const std::string& channel, const std::string& language,
                                 const std::string& zone) {
  template_words out;
  if (!code_.empty() && book_ != nullptr) {
    if (!data_)
      data_ = render::document::read(about_.data);
    if (*data_)
      out = render_template(*book_,
                            {.code = code_,
                             .channel = channel,
                             .language = language,
                             .type = about_.type,
                             .zone = zone.empty() ? nullptr : find_time_zone(zone)},
                            **data_, about_.data);
  }
  if (out.is == template_words::state::missing && !named_) {
    out.is = template_words::state::ready;
    out.content = plain_;
  }
  if (out.is == template_words::state::missing)
    out.why = "there is no template " + code_ + " for this channel";
  if (out.is != template_words::state::ready)
    out.content = {about_.type, plain_.title, {}, about_.data};
  if (out.content.title.empty())
    out.content.title = plain_.title;
  return out;
}

}  // namespace carillon::rules
