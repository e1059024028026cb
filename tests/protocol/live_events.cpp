#define CAF_SUITE live_events

#include "protocol/codec/live_events.hpp"

#include "protocol/codec/frames.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace live_events_suite {

using namespace carillon;

namespace {

std::string text(const live_event& what) {
  return codec::envelope(what.name, what.data);
}

}  // namespace

CAF_TEST(each event is an envelope with its members) {
  CAF_CHECK_EQUAL(text(codec::hello_event("7", "u\"1", seconds{30}, 12, 3)),
                  R"({"event":"hello","data":{"session_id":"7","user_id":"u\"1",)"
                  R"("heartbeat_seconds":30,"seq":12,"unread_count":3}})");
  CAF_CHECK_EQUAL(text(codec::unread_count_event(5)),
                  R"({"event":"unread_count","data":{"unread_count":5}})");
  CAF_CHECK_EQUAL(text(codec::resume_failed_event(5)),
                  R"({"event":"resume_failed","data":{"oldest_seq":5}})");
  CAF_CHECK_EQUAL(text(codec::user_event("u", false)),
                  R"({"event":"user:offline","data":{"userId":"u"}})");
  CAF_CHECK_EQUAL(text(codec::presence_changed_event(9)),
                  R"({"event":"presence:changed","data":{"online":9}})");
  CAF_CHECK(text(codec::bulk_progress_event({.total = 4, .processed = 1, .succeeded = 1}, {}))
              .starts_with(R"({"event":"bulk_progress","data":{"batchId":"batch-0)"));
  CAF_CHECK_EQUAL(text(codec::close_event(close_code::token_expired, "the end")),
                  R"({"event":"close","data":{"code":4401,"reason":"the end"}})");
  CAF_CHECK_EQUAL(text(codec::error_event({errc::busy, "later"})),
                  R"({"event":"error","data":{"code":"busy","message":"later"}})");
}

CAF_TEST(a sync names the ids and what was done) {
  inbox_change what;
  what.ids.resize(2);
  const std::string id = "\"notif-00000000-0000-0000-0000-000000000000\"";
  CAF_CHECK_EQUAL(text(codec::sync_event(what)), R"({"event":"notification:sync","data":{"ids":[)"
                                                   + id + "," + id + R"(],"is_read":true}})");
  what.kind = mark_kind::remove;
  what.ids.resize(1);
  CAF_CHECK_EQUAL(text(codec::sync_event(what)),
                  R"({"event":"notification:sync","data":{"ids":[)" + id + R"(],"deleted":true}})");
  what.kind = mark_kind::read_all;
  CAF_CHECK_EQUAL(text(codec::sync_event(what)),
                  R"({"event":"notification:sync","data":{"ids":[)" + id + R"(],"is_read":true}})");
  what.all = true;
  CAF_CHECK_EQUAL(text(codec::sync_event(what)), R"({"event":"notification:sync","data":{"ids":[)"
                                                   + id + R"(],"all":true,"is_read":true}})");
}

}  // namespace live_events_suite
