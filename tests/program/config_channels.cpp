#define CAF_SUITE config_channels

#include "adapters/channels/registry.hpp"
#include "bin/config/channels.hpp"
#include "bin/config/config.hpp"
#include "bin/config/document.hpp"

#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

namespace config_channels_suite {

using namespace carillon;

namespace {

struct fixture : tests::config_fixture {
  channel_settings channel(const std::string& keys) {
    auto read = this->read("[channels.c]\ntype = \"log\"\n" + keys);
    CAF_REQUIRE(read.has_value());
    return read->channels.at("c");
  }
  std::string channel_fault(const std::string& keys) {
    return fault_of("[channels.c]\ntype = \"log\"\n" + keys);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(config_channels_tests, fixture)

CAF_TEST(a channel has the retry schedule of the seeds unless it says otherwise) {
  auto c = channel("");
  CAF_CHECK_EQUAL(c.retry.max_attempts, 5);
  CAF_REQUIRE_EQUAL(c.retry.schedule.size(), 4u);
  CAF_CHECK(c.retry.schedule[3] == std::chrono::seconds{600});
  CAF_CHECK(c.max_age == std::chrono::hours{24});
  CAF_CHECK(!c.rate);
}

CAF_TEST(rates bursts and waits are read) {
  auto c = channel(
    "rate = \"20/2s\"\nburst = 3\nretry = \"1s,2s\"\nmax_age = \"1h\"\n"
    "timeout_seconds = 5\nconcurrency = 9\n");
  CAF_REQUIRE(c.rate.has_value());
  CAF_CHECK_EQUAL(c.rate->count, 20);
  CAF_CHECK_EQUAL(c.rate->burst, 3);
  CAF_CHECK(c.rate->per == std::chrono::seconds{2});
  CAF_CHECK_EQUAL(c.retry.max_attempts, 3);
  CAF_CHECK(c.max_age == std::chrono::hours{1});
  CAF_CHECK(c.timeout == std::chrono::seconds{5});
  CAF_CHECK_EQUAL(c.concurrency, 9);
}

CAF_TEST(a Slack bot has a rate for each conversation and a webhook one of its own) {
  const auto slack = [this](const std::string& keys) {
    return read("[channels.s]\ntype = \"slack\"\n" + keys)->channels.at("s");
  };
  const std::string bot = "bot_token = \"xoxb-1\"\n";
  const std::string hook = "webhook_url = \"https://hooks.slack.com/services/T0/B0/X\"\n";
  CAF_CHECK(!slack(bot).rate);
  CAF_REQUIRE(slack(bot + "rate = \"5/s\"\n").rate.has_value());
  CAF_CHECK_EQUAL(slack(bot + "rate = \"5/s\"\n").rate->count, 5);
  CAF_REQUIRE(slack(hook).rate.has_value());
  CAF_CHECK_EQUAL(slack(hook).rate->burst, 2);
  CAF_CHECK(!slack(hook + "rate = \"off\"\n").rate);
  CAF_CHECK_EQUAL(fault_of("[channels.s]\ntype = \"slack\"\n" + bot + "burst = 1\n"),
                  "4: channels.s.burst: means nothing without a rate");
}

CAF_TEST(a Slack channel changed from a webhook to a bot changes its rate along) {
  std::vector<fault> faults;
  const auto change = [&](const channel_settings& below, const std::string& body) {
    auto from = configuration::read_document(body);
    CAF_REQUIRE(from.has_value());
    return configuration::read_channel("s", configuration::from_api(std::move(*from)), {}, &below,
                                       faults);
  };
  const channel_settings hook{
    .name = "s",
    .type = "slack",
    .rate = find_channel_type("slack")->defaults.rate,
    .keys = {{"webhook_url", "https://hooks.slack.com/services/T0/B0/X"}}};
  const auto bot = change(hook, R"({"webhook_url":"","bot_token":"xoxb-1"})");
  CAF_CHECK(!bot.rate);
  CAF_CHECK(change(bot, R"({"bot_token":"","webhook_url":"https://hooks.slack.com/x"})").rate
            == hook.rate);
  auto own = bot;
  own.rate = hook.rate;  // as the operator wanted it
  CAF_CHECK(change(own, R"({"concurrency":3})").rate == hook.rate);
  CAF_CHECK(faults.empty());
}

CAF_TEST(a key of a type may be a number) {
  const std::string mail =
    "[channels.m]\ntype = \"email\"\nhost = \"h.example\"\nfrom = \"a@b.org\"\n";
  CAF_CHECK_EQUAL(read(mail + "port = 2525\n")->channels.at("m").keys.at("port"), "2525");
  CAF_CHECK_EQUAL(fault_of(mail + "port = 70000\n"), "5: channels.m.port: must be from 1 to 65535");
  CAF_CHECK_EQUAL(fault_of(mail + "security = \"none\"\nusername = \"u\"\npassword = \"p\"\n"),
                  "5: channels.m.security: none would send the password in clear; use starttls or "
                  "tls");
}

CAF_TEST(a retry table may be exponential or a schedule with more attempts) {
  auto exponential = channel(
    "retry = { backoff = \"exponential\", base = \"2s\", cap = \"1m\", "
    "max_attempts = 7, jitter = \"none\" }\n");
  CAF_CHECK(exponential.retry.schedule.empty());
  CAF_CHECK(exponential.retry.base == std::chrono::seconds{2});
  CAF_CHECK(exponential.retry.cap == std::chrono::minutes{1});
  CAF_CHECK_EQUAL(exponential.retry.max_attempts, 7);
  CAF_CHECK(!exponential.retry.full_jitter);
  auto schedule = channel("retry = { schedule = \"1s,5s\", max_attempts = 8 }\n");
  CAF_CHECK_EQUAL(schedule.retry.schedule.size(), 2u);
  CAF_CHECK_EQUAL(schedule.retry.max_attempts, 8);
}

CAF_TEST(wrong values are told with line and key) {
  CAF_CHECK_EQUAL(channel_fault("rate = \"fast\"\n"),
                  "3: channels.c.rate: must be a count per time, such as 20/min or 5/s, or off");
  CAF_CHECK_EQUAL(channel_fault("rate = \"2/s\"\nburst = 3\n"),
                  "4: channels.c.burst: must not be more than the rate lets through at all");
  CAF_CHECK_EQUAL(channel_fault("max_age = \"soon\"\n"),
                  "3: channels.c.max_age: must be a time such as 30s, 10m or 24h");
  CAF_CHECK_EQUAL(channel_fault("max_age = \"0s\"\n"),
                  "3: channels.c.max_age: must be more than 0s");
  CAF_CHECK_EQUAL(channel_fault("max_age = \"-5s\"\n"),
                  "3: channels.c.max_age: must be a time such as 30s, 10m or 24h");
  CAF_CHECK_EQUAL(channel_fault("circuit_cooldown = \"0m\"\n"),
                  "3: channels.c.circuit_cooldown: must be more than 0s");
  for (const auto* n : {"0", "-1"})
    CAF_CHECK_EQUAL(channel_fault(std::string{"timeout_seconds = "} + n + "\n"),
                    "3: channels.c.timeout_seconds: must be from 1 to 3600");
  CAF_CHECK_EQUAL(channel_fault("retry = { bakoff = \"exponential\" }\n"),
                  "3: channels.c.retry.bakoff: is not a known key; did you mean backoff?");
  CAF_CHECK_EQUAL(channel_fault("failover = [\"smss\"]\n[channels.sms]\ntype = \"log\"\n"),
                  "3: channels.c.failover: there is no channel smss; did you mean sms?");
  CAF_CHECK_EQUAL(fault_of("[channels.x]\nrate = \"1/s\"\n"),
                  "1: channels.x.type: is missing: what kind of channel is it?");
  CAF_CHECK_EQUAL(fault_of("[channels.x]\ntype = \"webhok\"\n"),
                  "2: channels.x.type: there is no channel type webhok; did you mean webhook?");
}

CAF_TEST(the keys of a type are checked by the type) {
  CAF_CHECK_EQUAL(channel_fault("url = \"http://x\"\n"), "3: channels.c.url: is not a known key");
  CAF_CHECK_EQUAL(fault_of("[channels.w]\ntype = \"webhook\"\nurl = \"ftp://x\"\n"),
                  "3: channels.w.url: not a URL");
  auto secret = directory.file("s", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  auto read = this->read("[channels.w]\ntype = \"webhook\"\nurl = \"http://x/\"\nsecret_file = \""
                         + secret + "\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->channels.at("w").keys.at("secret"),
                  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

CAF_TEST(a route is read whole) {
  auto read = this->read(
    "[channels.log]\ntype = \"log\"\n[channels.spare]\ntype = \"log\"\n[[routes]]\nevent = "
    "\"order.*\"\n"
    "when = \"data.amount >= 100\"\nchannels = [\"system\", \"log\"]\n"
    "audience = { role = \"chef\", addresses = [\"a\"] }\n"
    "priority = \"high\"\ndelay = \"5s\"\nrepeat_after = \"7d\"\n"
    "enabled = false\nfailover = [\"spare\"]\n");
  CAF_REQUIRE(read.has_value());
  auto& route = read->routes.at(0);
  CAF_CHECK_EQUAL(route.event, "order.*");
  CAF_CHECK(route.condition != nullptr);
  CAF_CHECK_EQUAL(route.channels.size(), 2u);
  CAF_REQUIRE(route.to.has_value());
  CAF_CHECK_EQUAL(route.to->role, "chef");
  CAF_CHECK_EQUAL(route.addresses.size(), 1u);
  CAF_CHECK(route.priority == priority::high);
  CAF_CHECK(route.delay == std::chrono::seconds{5});
  CAF_CHECK(route.repeat_after == std::chrono::hours{7 * 24});
  CAF_CHECK(!route.enabled);
}

CAF_TEST(what is wrong with a route is told) {
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nchannels = [\"system\"]\n"),
                  "1: routes[0].event: is missing: which events is it for?");
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\nchannels = [\"nope\"]\n"),
                  "3: routes[0].channels: there is no channel nope");
  CAF_CHECK_EQUAL(
    fault_of("[[routes]]\nevent = \"a\"\naudience = { user = \"u\", role = \"r\" }\n"),
    "3: routes[0].audience.user: stands alone: a role or a store beside it would mean nothing");
  CAF_CHECK(fault_of("[[routes]]\nevent = \"a\"\nwhen = \"data.x ==\"\n")
              .starts_with("3: routes[0].when: "));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace config_channels_suite
