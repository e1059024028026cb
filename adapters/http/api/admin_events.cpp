#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "protocol/codec/drafts.hpp"
#include "protocol/codec/event_story.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace carillon::http::api {

void post_dry_run(const call& c) {
  auto draft = codec::decode_event(c.in.body);
  if (!draft)
    return c.answer(draft.error());
  auto message = std::make_shared<rehearsal>();
  message->draft = std::move(*draft);
  message->now = c.in.now;
  message->reply =
    c.answer.promise<std::shared_ptr<acceptance>>([](const std::shared_ptr<acceptance>& what) {
      return reply{200, codec::dry_run_json(*what)};
    });
  caf::anon_send(c.with.ingress, std::move(message));
}

void get_event(const call& c) {
  const auto id = parse_id<event_id>(c.in.id);
  if (!id)
    return c.answer(error{errc::not_found, "there is no such event"});
  ask(c, carillon::get_event{*id, c.answer.promise<event_story>([](const event_story& x) {
                               return reply{200, codec::event_story_json(x)};
                             })});
}

}  // namespace carillon::http::api
