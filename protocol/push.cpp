#include "protocol/push.hpp"

#include "protocol/codec/frames.hpp"
#include "protocol/codec/notification.hpp"

#include <utility>

namespace carillon {

namespace {

std::string build(frame_format format, const notification& what) {
  std::string json;
  codec::append_notification(json, what);
  if (format == frame_format::envelope)
    json = codec::envelope("notification", json);
  return codec::websocket_frame(codec::opcode_text, json);
}

}  // namespace

push::push(notification_ptr what, steady_time committed, std::function<void()> released)
    : what_(std::move(what)), committed_(committed), released_(std::move(released)) {}

push::~push() {
  if (released_)
    released_();
}

const frame_ptr& push::frame(frame_format format) const {
  const auto at = static_cast<std::size_t>(format);
  std::call_once(built_.at(at),
                 [&] { frames_[at] = std::make_shared<const std::string>(build(format, *what_)); });
  return frames_[at];
}

}  // namespace carillon
