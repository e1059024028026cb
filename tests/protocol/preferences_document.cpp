#define CAF_SUITE preferences_document

#include "protocol/codec/preferences.hpp"
#include "tests/protocol/faults.hpp"

#include <algorithm>
#include <string>

#include "tests/caf_test.hpp"

namespace preferences_document_suite {

using namespace carillon;

namespace {

std::string again(const std::string& body) {
  return codec::preferences_json(*codec::decode_preferences(body));
}

/// `PATH: MESSAGE` of each fault.
std::vector<std::string> faults_of(const std::string& body) {
  std::vector<std::string> out;
  const auto read = codec::decode_preferences(body);
  if (read)
    return out;
  CAF_CHECK(read.error().code == errc::invalid);
  for (const auto& x : read.error().faults)
    out.push_back(x.path + ": " + x.message);
  return out;
}

std::vector<std::string> paths_of(const std::string& body) {
  auto out = faults_of(body);
  for (auto& x : out)
    x.erase(x.find(':'));
  return out;
}

using list = std::vector<std::string>;

std::string many(std::size_t n, const std::string& element) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i)
    out += (i == 0 ? "" : ",") + element;
  return out;
}

std::string windows(const std::string& elements) {
  return R"({"do_not_disturb":{"time_zone":"UTC","windows":[)" + elements + "]}}";
}

}  // namespace

CAF_TEST(a whole document comes back as it was) {
  const std::string body =
    R"({"rules":[{"type":"alert","enabled":true},{"source":"订单\"1\"","channel":"email","enabled":false},)"
    R"({"enabled":false}],"do_not_disturb":{"time_zone":"Asia/Shanghai","windows":[)"
    R"({"days":["sun","mon"],"from":"22:00","to":"07:30"},{"days":["sat"],"from":"00:00","to":"00:00"}]}})";
  CAF_CHECK_EQUAL(again(body), body);
  const auto read = *codec::decode_preferences(body);
  CAF_CHECK(read.do_not_disturb->zone != nullptr);
  CAF_CHECK(read.do_not_disturb->windows[0].to == std::chrono::minutes{450});
  CAF_CHECK(read.do_not_disturb->windows[0].days.at(0) == std::chrono::Sunday);
}

CAF_TEST(what is left out is nothing) {
  const std::string empty = R"({"rules":[],"do_not_disturb":null})";
  CAF_CHECK_EQUAL(codec::preferences_json({}), empty);
  CAF_CHECK_EQUAL(again("{}"), empty);
  CAF_CHECK_EQUAL(again(empty), empty);
  CAF_CHECK_EQUAL(again(R"({"rules":[{"type":null,"source":null,"channel":null,"enabled":true}]})"),
                  R"({"rules":[{"enabled":true}],"do_not_disturb":null})");
}

CAF_TEST(the seeds words become ours) {
  const auto kept = [](const std::vector<std::string>& channels) {
    return codec::preferences_json(*codec::decode_preferences(
      R"({"rules":[{"type":"SYSTEM","channel":"websocket","enabled":false}]})",
      tests::unless_among(channels)));
  };
  CAF_CHECK_EQUAL(
    kept({"system"}),
    R"({"rules":[{"type":"info","channel":"system","enabled":false}],"do_not_disturb":null})");
  CAF_CHECK_EQUAL(
    kept({"system", "websocket"}),
    R"({"rules":[{"type":"info","channel":"websocket","enabled":false}],"do_not_disturb":null})");
}

CAF_TEST(a day named twice stays once) {
  CAF_CHECK_EQUAL(
    again(windows(R"({"days":["mon","mon"],"from":"01:00","to":"02:00"})")),
    R"({"rules":[],"do_not_disturb":{"time_zone":"UTC","windows":[{"days":["mon"],"from":"01:00","to":"02:00"}]}})");
}

CAF_TEST(every fault is told with its place) {
  CAF_CHECK_EQUAL(faults_of("[]"), list{": must be an object"});
  CAF_CHECK_EQUAL(
    paths_of(
      R"({"a/b~c":1,"rules":[1,{"type":"loud","source":"","channel":7,"enabled":"no","x":0},{}],)"
      R"("do_not_disturb":{"zone":1,"time_zone":"Mars/Olympus","windows":[{},)"
      R"({"days":["monday",3],"from":"24:00","to":"7:30","y":1},[]]}})"),
    (list{"/a~1b~0c", "/rules/0", "/rules/1/x", "/rules/1/type", "/rules/1/source",
          "/rules/1/channel", "/rules/1/enabled", "/rules/2/enabled", "/do_not_disturb/zone",
          "/do_not_disturb/time_zone", "/do_not_disturb/windows/0/days",
          "/do_not_disturb/windows/0/from", "/do_not_disturb/windows/0/to",
          "/do_not_disturb/windows/1/y", "/do_not_disturb/windows/1/days/0",
          "/do_not_disturb/windows/1/days/1", "/do_not_disturb/windows/1/from",
          "/do_not_disturb/windows/1/to", "/do_not_disturb/windows/2"}));
  CAF_CHECK_EQUAL(paths_of(R"({"rules":{},"do_not_disturb":[]})"),
                  (list{"/rules", "/do_not_disturb"}));
  CAF_CHECK_EQUAL(paths_of(R"({"do_not_disturb":{}})"),
                  (list{"/do_not_disturb/time_zone", "/do_not_disturb/windows"}));
  CAF_CHECK_EQUAL(paths_of(windows(R"({"days":[],"from":"ab:cd","to":"12:60"})")),
                  (list{"/do_not_disturb/windows/0/days", "/do_not_disturb/windows/0/from",
                        "/do_not_disturb/windows/0/to"}));
  CAF_CHECK_EQUAL(faults_of(R"({"rules":[{"enabled":1}]})"),
                  list{"/rules/0/enabled: must be true or false"});
}

CAF_TEST(lists are bounded) {
  const std::string rule = R"({"enabled":true})";
  const std::string window = R"({"days":["mon"],"from":"01:00","to":"02:00"})";
  CAF_CHECK(faults_of(R"({"rules":[)" + many(100, rule) + "]}").empty());
  CAF_CHECK_EQUAL(faults_of(R"({"rules":[)" + many(101, rule) + "]}"),
                  list{"/rules: must have at most 100 elements"});
  CAF_CHECK(faults_of(windows(many(20, window))).empty());
  CAF_CHECK_EQUAL(paths_of(windows(many(21, window))), list{"/do_not_disturb/windows"});
  CAF_CHECK_EQUAL(paths_of("{" + many(1000, R"("x":1)") + "}").size(), 20u);
}

CAF_TEST(what is no JSON is malformed) {
  for (const auto* body : {"", "{", "{\"rules\":[}", "\xff"})
    CAF_CHECK(codec::decode_preferences(body).error().code == errc::malformed);
}

}  // namespace preferences_document_suite
