#include "adapters/channels/guarded.hpp"

#include "adapters/channels/decorator.hpp"

#include <utility>

namespace carillon {

namespace {

request mark_guarded(request what) {
  if (auto* http = std::get_if<http_request>(&what))
    http->guarded = true;
  else if (auto* mail = std::get_if<mail_request>(&what))
    mail->guarded = true;
  return what;
}

result<request> marked(result<request> what) {
  if (what)
    *what = mark_guarded(std::move(*what));
  return what;
}

class guarded_channel final : public channel_decorator {
 public:
  explicit guarded_channel(channel_ptr inner) : channel_decorator(std::move(inner)) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    return marked(channel_decorator::compose(what, at));
  }

  result<std::variant<request, grant>> authorize(const stamp& at) const override {
    auto how = channel_decorator::authorize(at);
    if (how)
      if (auto* ask = std::get_if<request>(&*how))
        *ask = mark_guarded(std::move(*ask));
    return how;
  }

  result<request> probe(const stamp& at) const override {
    return marked(channel_decorator::probe(at));
  }
};

}  // namespace

channel_ptr guarded(channel_ptr what) {
  return what ? std::make_shared<guarded_channel>(std::move(what)) : nullptr;
}

}  // namespace carillon
