#include "protocol/push.hpp"

#include "protocol/codec/frames.hpp"
#include "protocol/codec/notification.hpp"
#include "protocol/codec/socket_io.hpp"

#include <utility>

namespace carillon {

namespace {

std::string frame_of(frame_format format, const rules::seq_row& row) {
  const auto& what = *row.what;
  std::string json;
  codec::append_notification(json, what, row.read_at);
  switch (format) {
    case frame_format::plain:
      break;
    case frame_format::envelope:
      json = codec::envelope("notification", json);
      break;
    case frame_format::sse:
      return codec::server_sent_event("notification", json, what.seq);
    case frame_format::socket_io:
      json = codec::socket_notification(json, what);
      break;
  }
  return codec::websocket_frame(codec::opcode_text, json);
}

std::string build(frame_format format, std::span<const rules::seq_row> rows) {
  std::string out;
  for (const auto& row : rows)
    out += frame_of(format, row);
  return out;
}

}  // namespace

push::push(std::vector<rules::seq_row> rows, std::function<void()> released)
    : rows_(std::move(rows)), released_(std::move(released)) {}

push::~push() {
  if (released_)
    released_();
}

const frame_ptr& push::frames(frame_format format) const {
  const auto at = static_cast<std::size_t>(format);
  std::call_once(built_.at(at),
                 [&] { frames_[at] = std::make_shared<const std::string>(build(format, rows_)); });
  return frames_[at];
}

}  // namespace carillon
