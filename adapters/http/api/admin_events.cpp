#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/happenings.hpp"
#include "protocol/codec/drafts.hpp"
#include "protocol/codec/event_story.hpp"

#include <utility>

namespace carillon::http::api {

void post_dry_run(const call& c) {
  auto draft = codec::decode_event(c.in.body);
  if (!draft)
    return c.answer(draft.error());
  rehearse(c, std::move(*draft));
}

void get_event(const call& c) {
  const auto id = parse_id<event_id>(c.in.id);
  if (!id)
    return c.answer(error{errc::not_found, "there is no such event"});
  ask(c, carillon::get_event{*id,
                             c.answer.promise<event_story>([now = c.in.now](const event_story& x) {
                               return reply{200, codec::event_story_json(x, now)};
                             })});
}

}  // namespace carillon::http::api
