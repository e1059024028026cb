#include "adapters/channels/guarded.hpp"

#include <utility>

namespace carillon {

namespace {

request mark_guarded(request what) {
  if (auto* http = std::get_if<http_request>(&what))
    http->guarded = true;
  else if (auto* mail = std::get_if<mail_request>(&what))
    mail->guarded = true;
  else if (auto* mail = std::get_if<mail_request>(&what))
    mail->guarded = true;
  return what;
}

class guarded_channel final : public channel {
 public:
  explicit guarded_channel(channel_ptr inner) : inner_(std::move(inner)) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    return marked(inner_->compose(what, at));
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    return inner_->judge(came, now);
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return inner_->scopes(what);
  }

  bool needs_token() const override { return inner_->needs_token(); }

  result<std::variant<request, grant>> authorize(const stamp& at) const override {
    auto how = inner_->authorize(at);
    if (how)
      if (auto* ask = std::get_if<request>(&*how))
        *ask = mark_guarded(std::move(*ask));
    return how;
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    return inner_->token(came, now);
  }

  result<request> probe(const stamp& at) const override { return marked(inner_->probe(at)); }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    return inner_->judge_probe(came, now);
  }

 private:
  static result<request> marked(result<request> what) {
    if (what)
      *what = mark_guarded(std::move(*what));
    return what;
  }

  channel_ptr inner_;
};

}  // namespace

channel_ptr guarded(channel_ptr what) {
  return what ? std::make_shared<guarded_channel>(std::move(what)) : nullptr;
}

}  // namespace carillon
