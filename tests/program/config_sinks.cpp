#define CAF_SUITE config_sinks

#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

namespace config_sinks_suite {

using namespace carillon;

namespace {

struct fixture : tests::config_fixture {};

const std::string hook = "[sinks.erp]\ntype = \"webhook\"\nurl = \"http://127.0.0.1:9/x\"\n";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(config_sinks_tests, fixture)

CAF_TEST(a sink hears of both ends with the defaults of a webhook) {
  auto read = this->read(hook);
  CAF_REQUIRE(read.has_value());
  auto& sink = read->sinks.at("erp");
  CAF_CHECK(sink.sent && sink.dead);
  CAF_CHECK_EQUAL(sink.channel.name, "sink:erp");
  CAF_CHECK_EQUAL(sink.channel.type, "webhook");
  CAF_CHECK_EQUAL(sink.channel.retry.max_attempts, 5);
  CAF_CHECK_EQUAL(sink.channel.keys.at("url"), "http://127.0.0.1:9/x");
}

CAF_TEST(its events and what every channel has can be said) {
  auto read = this->read(hook + "events = [\"notification.dead\"]\nretry = \"1s,2s\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK(!read->sinks.at("erp").sent && read->sinks.at("erp").dead);
  CAF_CHECK_EQUAL(read->sinks.at("erp").channel.retry.max_attempts, 3);
}

CAF_TEST(a sink is no channel) {
  auto read = this->read(hook);
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->channels.size(), 1u);
  for (std::string name : {"erp", "sink:erp"})
    CAF_CHECK_EQUAL(fault_of(hook + "[[routes]]\nevent = \"a\"\nchannels = [\"" + name + "\"]\n"),
                    "6: routes[0].channels: there is no channel " + name);
}

CAF_TEST(what is wrong with a sink is told with its line) {
  CAF_CHECK_EQUAL(fault_of("[sinks.x]\nurl = \"http://h/\"\n"),
                  "1: sinks.x.type: is missing: webhook is what there is");
  CAF_CHECK_EQUAL(fault_of("[sinks.x]\ntype = \"kafka\"\n"),
                  "2: sinks.x.type: there is no sink type kafka; webhook is one");
  CAF_CHECK_EQUAL(fault_of("[sinks.x]\ntype = \"webhook\"\n"), "1: sinks.x.url: is missing");
  CAF_CHECK_EQUAL(fault_of(hook + "events = [\"notification.read\"]\n"),
                  "4: sinks.erp.events: knows notification.sent and notification.dead, not "
                  "notification.read");
  CAF_CHECK_EQUAL(fault_of(hook + "events = []\n"), "4: sinks.erp.events: names no event");
  CAF_CHECK_EQUAL(fault_of(hook + "failover = [\"system\"]\n"),
                  "4: sinks.erp.failover: is for channels: what a sink does not take is a dead "
                  "letter");
  CAF_CHECK_EQUAL(fault_of(hook + "secrt = \"x\"\n"),
                  "4: sinks.erp.secrt: is not a known key; did you mean secret?");
  CAF_CHECK_EQUAL(fault_of("sinks = 1\n"), "1: sinks: must be written as [sinks.NAME]");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace config_sinks_suite
