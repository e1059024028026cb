#define CAF_SUITE live_client_event

#include "adapters/live/client_event.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace live_client_event_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

/// The command's kind and argument, `ping`, or the kind of refusal.
std::string read(std::string_view text) {
  const auto event = read_client_event(text);
  if (!event)
    return event.error().code == errc::malformed ? "malformed"
           : event.error().code == errc::invalid ? "invalid"
                                                 : "?";
  const auto* asked = std::get_if<client_request>(&*event);
  return asked ? std::to_string(static_cast<int>(asked->kind)) + " " + asked->argument : "ping";
}

}  // namespace

CAF_TEST(every event of the contract is read) {
  CAF_CHECK_EQUAL(read(R"({"event":"ping"})"), "ping");
  CAF_CHECK_EQUAL(read(R"({"event":"ping","data":{}})"), "ping");
  CAF_CHECK_EQUAL(read(R"({"event":"notification:read","data":{"notificationId":"notif-1"}})"),
                  "0 notif-1");
  CAF_CHECK_EQUAL(read(R"({"event":"notification:read-all"})"), "1 ");
  CAF_CHECK_EQUAL(read(R"({"event":"subscribe","data":{"topics":["presence"]}})"), "2 presence");
  CAF_CHECK_EQUAL(read(R"({"data":{"topics":["presence"]},"event":"unsubscribe"})"), "3 presence");
}

CAF_TEST(what is no event is malformed) {
  for (const auto* each : {"", "hello", "{", "[]", "null", "\"ping\"", "{}", R"({"event":1})",
                           R"({"event":null})", R"({"event":"ping"} x)", R"({"data":{}})"})
    CAF_CHECK_EQUAL(read(each), "malformed");
  CAF_CHECK_EQUAL(read(std::string(60000, '[')), "malformed");
}

CAF_TEST(an unknown event or one that lacks something is invalid) {
  for (const auto* each :
       {R"({"event":"dance"})", R"({"event":""})", R"({"event":"notification:read"})",
        R"({"event":"notification:read","data":7})",
        R"({"event":"notification:read","data":{"notificationId":7}})",
        R"({"event":"notification:read","data":{"notificationId":""}})", R"({"event":"subscribe"})",
        R"({"event":"subscribe","data":{"topics":[]}})",
        R"({"event":"subscribe","data":{"topics":"presence"}})",
        R"({"event":"subscribe","data":{"topics":["presence","weather"]}})",
        R"({"event":"subscribe","data":{"topics":[["presence"]]}})"})
    CAF_CHECK_EQUAL(read(each), "invalid");
  CAF_CHECK_EQUAL(read(R"({"event":"notification:read","data":{"notificationId":")"
                       + std::string(129, 'x') + "\"}}"),
                  "invalid");
}

}  // namespace live_client_event_suite
