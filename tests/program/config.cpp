#define CAF_SUITE config

#include "bin/config/config.hpp"

#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

namespace config_suite {

using namespace carillon;

namespace {

struct fixture : tests::config_fixture {};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(config_tests, fixture)

CAF_TEST(without any source everything is at its default) {
  auto read = read_config({});
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->server.listen, "0.0.0.0:8000");
  CAF_CHECK_EQUAL(read->server.max_connections, 10000);
  CAF_CHECK_EQUAL(read->storage.retention_days, 90);
  CAF_CHECK_EQUAL(read->auth.jwt_secret, "");
  CAF_CHECK_EQUAL(read->channels.size(), 1u);
  CAF_CHECK_EQUAL(read->channels.at("system").type, "system");
}

CAF_TEST(a flag is over the environment and that over the file and that over the default) {
  const std::string file = "[server]\nmax_connections = 1\nmax_body_bytes = 2000\nio_threads = 3\n";
  from.environment = {{"CARILLON_SERVER__MAX_BODY_BYTES", "3000"},
                      {"CARILLON_SERVER__IO_THREADS", "4"}};
  from.flags = {"server.io_threads=5"};
  auto read = this->read(file);
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->server.max_connections, 1);
  CAF_CHECK_EQUAL(read->server.max_body_bytes, 3000);
  CAF_CHECK_EQUAL(read->server.io_threads, 5);
  CAF_CHECK_EQUAL(read->server.shutdown_seconds, 10);
}

CAF_TEST(a base stands in for the defaults and the file is over it) {
  from.base = "[server]\nlisten = \"127.0.0.1:1\"\nio_threads = 2\n";
  auto read = this->read("[server]\nio_threads = 3\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->server.listen, "127.0.0.1:1");
  CAF_CHECK_EQUAL(read->server.io_threads, 3);
}

CAF_TEST(the environment finds a channel whatever the case and hyphens of its name) {
  from.environment = {{"CARILLON_CHANNELS__OPS_LOG__CONCURRENCY", "7"}};
  auto read = this->read("[channels.Ops-Log]\ntype = \"log\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->channels.at("Ops-Log").concurrency, 7);
}

CAF_TEST(text from outside the file takes the type of its key) {
  from.environment = {{"CARILLON_AUTH__JWT_SECRET", "12345"}};
  from.flags = {"outbound.allow_private=10.0.0.0/8,fd00::/8", "channels.l.type=log",
                "channels.l.enabled=false",
                "channels.l.retry={ schedule = \"1s\", max_attempts = 8 }"};
  auto read = this->read("");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->auth.jwt_secret, "12345");
  CAF_CHECK_EQUAL(read->outbound.allow_private.size(), 2u);
  CAF_CHECK(!read->channels.at("l").enabled);
  CAF_CHECK_EQUAL(read->channels.at("l").retry.max_attempts, 8);
}

CAF_TEST(an unknown key is told with its line and the nearest known one) {
  CAF_CHECK_EQUAL(fault_of("[server]\nlissen = \"x\"\n"),
                  "2: server.lissen: is not a known key; did you mean listen?");
  CAF_CHECK_EQUAL(fault_of("[serer]\nlisten = \"x\"\n"),
                  "1: serer: is not a known section; did you mean server?");
  CAF_CHECK_EQUAL(fault_of("[log]\nzzz = 1\n"), "2: log.zzz: is not a known key");
}

CAF_TEST(a wrong type or value is told with its line) {
  CAF_CHECK_EQUAL(fault_of("[server]\n\nio_threads = \"two\"\n"),
                  "3: server.io_threads: must be a whole number, not text");
  CAF_CHECK_EQUAL(fault_of("[server]\nio_threads = 65\n"),
                  "2: server.io_threads: must be from 0 to 64");
  CAF_CHECK_EQUAL(fault_of("[log]\nlevel = \"loud\"\n"),
                  "2: log.level: must be one of: trace debug info warn warning error");
  CAF_CHECK_EQUAL(fault_of("server = 1\n"), "1: server: must be a table");
  CAF_CHECK_EQUAL(fault_of("[server]\nlisten = \"8000\"\n"),
                  "2: server.listen: must be HOST:PORT, such as 127.0.0.1:8000");
  CAF_CHECK_EQUAL(fault_of("[server]\nallowed_origins = [\"https://a.example\", \"b.example\"]\n"),
                  "2: server.allowed_origins: b.example is not an origin such as "
                  "https://app.example");
  CAF_CHECK_EQUAL(fault_of("[outbound]\nallow_private = [\"10.0.0.0/99\"]\n"),
                  "2: outbound.allow_private: 10.0.0.0/99 is not a network such as 10.0.0.0/8");
}

CAF_TEST(a fault outside the file names the variable or the flag) {
  from.environment = {{"CARILLON_SERVER__LISSEN", "x"}};
  CAF_CHECK_EQUAL(
    fault_of(""),
    "CARILLON_SERVER__LISSEN: server.lissen: is not a known key; did you mean listen?");
  from.environment.clear();
  from.flags = {"server.io_threads=many"};
  CAF_CHECK_EQUAL(fault_of(""), "--set: server.io_threads: must be a whole number, not text");
  from.flags = {"nonsense"};
  CAF_CHECK_EQUAL(fault_of(""), "--set nonsense: is not section.key=value");
}

CAF_TEST(all faults are told at once) {
  auto read = this->read(
    "[server]\na = 1\nio_threads = -1\n[log]\nformat = \"xml\"\n"
    "[channels.x]\ntype = \"pigeon\"\n");
  CAF_REQUIRE(!read.has_value());
  CAF_CHECK_EQUAL(read.error().faults.size(), 4u);
}

CAF_TEST(what is not TOML is told with its line) {
  auto fault = fault_of("[server]\nlisten = \n");
  CAF_CHECK(fault.starts_with("2: "));
}

CAF_TEST(a file that is not there is a fault) {
  from.file = directory.path("absent.toml");
  auto read = read_config(from);
  CAF_REQUIRE(!read.has_value());
  const auto why = read.error();
  CAF_REQUIRE_EQUAL(why.faults.size(), 1u);
  CAF_CHECK_EQUAL(why.faults[0].message, "cannot be read");
}

CAF_TEST(a variable in a text is replaced and an unset one is told with its key) {
  from.environment = {{"HOST_NAME", "db"}};
  auto read = this->read(
    "[storage]\nurl = \"postgresql://u@${HOST_NAME}/c\"\n"
    "[auth]\nissuer = \"$${HOST_NAME}\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->storage.url, "postgresql://u@db/c");
  CAF_CHECK_EQUAL(read->auth.issuer, "${HOST_NAME}");
  CAF_CHECK_EQUAL(fault_of("[auth]\n\njwt_secret = \"${NOT_SET}\"\n"),
                  "3: auth.jwt_secret: the variable NOT_SET is not set");
}

CAF_TEST(a secret is read from the file that its key with _file names) {
  auto secret = directory.file("secret", "hush\n");
  auto read = this->read("[auth]\njwt_secret_file = \"" + secret + "\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->auth.jwt_secret, "hush");
  from.environment = {{"CARILLON_AUTH__JWT_SECRET", "stronger"}};
  read = this->read("[auth]\njwt_secret_file = \"" + secret + "\"\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->auth.jwt_secret, "stronger");
}

CAF_TEST(both forms of a secret or a file that cannot be read are faults) {
  auto secret = directory.file("secret", "hush\n");
  CAF_CHECK_EQUAL(fault_of("[auth]\njwt_secret = \"x\"\njwt_secret_file = \"" + secret + "\"\n"),
                  "3: auth.jwt_secret_file: is set beside jwt_secret; set one of them");
  CAF_CHECK_EQUAL(fault_of("[auth]\njwt_secret_file = \"/no/such\"\n"),
                  "2: auth.jwt_secret_file: the file /no/such cannot be read");
}

CAF_TEST(what a key with _file holds is a fault of that key and a directory is no file) {
  const auto key = directory.file("master", "too short\n");
  CAF_CHECK_EQUAL(
    fault_of("[auth]\n\nmaster_key_file = \"" + key + "\"\n"),
    "3: auth.master_key_file: must be 32 bytes in base64, such as openssl rand -base64 32 gives");
  const auto here = directory.path(".");
  CAF_CHECK_EQUAL(fault_of("[auth]\njwt_secret_file = \"" + here + "\"\n"),
                  "2: auth.jwt_secret_file: the file " + here + " cannot be read");
}

CAF_TEST(what a node needs to serve is looked at in its place) {
  from.serves = true;
  const std::string secret = "[auth]\njwt_secret = \"a secret of more than thirty-two bytes\"\n";
  CAF_CHECK_EQUAL(fault_of(secret), "accepted");
  CAF_CHECK(fault_of("[auth]\nissuer = \"x\"\n").starts_with("1: auth.jwt_secret: is not set"));
  CAF_CHECK_EQUAL(fault_of("[auth]\njwt_public_key_file = \"/no/such\"\n"),
                  "2: auth.jwt_public_key_file: the file /no/such cannot be read");
  const auto text = directory.file("text", "not PEM\n");
  CAF_CHECK(fault_of("[auth]\njwt_public_key_file = \"" + text + "\"\n")
              .starts_with("2: auth.jwt_public_key_file: " + text + ": "));
  CAF_CHECK_EQUAL(fault_of(secret + "[outbound]\nca_file = \"/no/such\"\n"),
                  "4: outbound.ca_file: the file /no/such cannot be read");
  CAF_CHECK_EQUAL(fault_of(secret + "[outbound]\nca_file = \"" + text + "\"\n"),
                  "4: outbound.ca_file: the file " + text + " has no certificate in PEM form");
  const auto tls = [&](const std::string& certificate, const std::string& key) {
    return fault_of(secret + "[server]\ntls_certificate = \"" + certificate + "\"\ntls_key = \""
                    + key + "\"\n");
  };
  CAF_CHECK_EQUAL(tls(text, "/no/such"), "5: server.tls_key: the file /no/such cannot be read");
  CAF_CHECK(tls(text, text).starts_with("4: server.tls_certificate: "));
  from.serves = false;
  CAF_CHECK_EQUAL(tls("/no/such", "/no/such"), "accepted");
}

CAF_TEST(what this version cannot do is refused where it is set and left alone at its default) {
  const std::string later = " is not available in this version";
  CAF_CHECK_EQUAL(fault_of("[storage]\nspool = \"file://spool\"\n"), "2: storage.spool:" + later);
  CAF_CHECK_EQUAL(fault_of("[sinks.x]\ntype = \"rabbitmq\"\nurl = \"amqp://h\"\n"),
                  "2: sinks.x.type: rabbitmq" + later + "; webhook is");
  CAF_CHECK_EQUAL(fault_of("[sinks.x]\ntype = \"redis_stream\"\nurl = \"redis://h\"\n"),
                  "2: sinks.x.type: redis_stream" + later + "; webhook is");
  CAF_CHECK_EQUAL(fault_of("[storage]\nurl = \"mysql://u@h/d\"\n"),
                  "2: storage.url: mysql:// is not available in this version");
  CAF_CHECK_EQUAL(fault_of("[cluster]\npeers = []\ntls = false\n"), "accepted");
}

CAF_TEST(channels may be named as the seeds name them) {
  const std::string route = "[[routes]]\nevent = \"a\"\nchannels = [\"websocket\", \"push\"]\n";
  const auto other = read(route + "[channels.app_push]\ntype = \"log\"\n");
  CAF_REQUIRE(other.has_value());
  CAF_CHECK((other->routes[0].channels == std::vector<std::string>{"system", "app_push"}));
  const auto own = read(
    route + "[channels.app_push]\ntype = \"log\"\nfailover = [\"push\"]\n[channels.push]\ntype = \"log\"\n");
  CAF_REQUIRE(own.has_value());
  CAF_CHECK((own->routes[0].channels == std::vector<std::string>{"system", "push"}));
  CAF_CHECK((own->channels.at("app_push").failover == std::vector<std::string>{"push"}));
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\nchannels = [\"push\"]\n"),
                  "3: routes[0].channels: there is no channel app_push");
}

CAF_TEST(nothing is a backup of itself) {
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\nchannels = [\"log\"]\nfailover = [\"log\"]\n"
                           "[channels.log]\ntype = \"log\"\n"),
                  "4: routes[0].failover: log is one of its own channels");
  CAF_CHECK_EQUAL(fault_of("[channels.log]\ntype = \"log\"\nfailover = [\"log\"]\n"),
                  "3: channels.log.failover: log is the channel itself");
}

CAF_TEST(a digest collects for a week at most) {
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\ndigest = \"10m\"\n"), "accepted");
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\ndigest = \"0s\"\n"),
                  "3: routes[0].digest: must be more than 0s");
  CAF_CHECK_EQUAL(fault_of("[[routes]]\nevent = \"a\"\ndigest = \"8d\"\n"),
                  "3: routes[0].digest: must be at most 7d");
}

CAF_TEST(a master key is 32 bytes in base64) {
  const std::string key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  CAF_CHECK_EQUAL(fault_of("[auth]\nmaster_key = \"" + key + "\"\n"), "accepted");
  CAF_CHECK_EQUAL(fault_of("[auth]\nmaster_key = \"c2hvcnQ=\"\n"),
                  "2: auth.master_key: must be 32 bytes in base64, such as openssl rand -base64 32 "
                  "gives");
}

CAF_TEST(alerts need a channel that is there with an address where it takes one) {
  CAF_CHECK_EQUAL(fault_of("[alerts]\nchannel = \"ops\"\n"),
                  "2: alerts.channel: there is no channel ops");
  CAF_CHECK_EQUAL(fault_of("[alerts]\nchannel = \"hook\"\n[channels.hook]\ntype = \"webhook\"\n"),
                  "1: alerts.recipient: is missing: the channel hook takes an address");
  const std::string bot =
    "[alerts]\nchannel = \"bot\"\n[channels.bot]\ntype = \"telegram\"\nbot_token = \"1:x\"\n";
  CAF_CHECK_EQUAL(fault_of(bot),
                  "1: alerts.recipient: is missing: the channel bot takes an address");
  CAF_CHECK_EQUAL(fault_of(bot + "chat_ids = [\"-1001\"]\n"), "accepted");
  CAF_CHECK_EQUAL(fault_of("[alerts]\ncooldown = \"soon\"\n"),
                  "2: alerts.cooldown: must be a time such as 15m");
  auto read =
    this->read("[alerts]\nchannel = \"system\"\nconsecutive_failures = 5\ndead_letters = 0\n");
  CAF_REQUIRE(read.has_value());
  CAF_CHECK_EQUAL(read->alerts.channel, "system");
  CAF_CHECK_EQUAL(read->alerts.consecutive_failures, 5);
  CAF_CHECK_EQUAL(read->alerts.dead_letters, 0);
  CAF_CHECK_EQUAL(read->alerts.cooldown, "15m");
}

CAF_TEST(one algorithm is pinned) {
  CAF_CHECK_EQUAL(fault_of("[auth]\njwt_secret = \"x\"\njwt_public_key_file = \"key.pem\"\n"),
                  "3: auth.jwt_public_key_file: is set beside jwt_secret; one algorithm is pinned");
}

CAF_TEST(service tokens are read with their scopes) {
  auto read = this->read(
    "[[auth.service_tokens]]\nname = \"shop\"\ntoken = \"t0\"\n"
    "scopes = [\"publish\", \"admin\"]\n");
  CAF_REQUIRE(read.has_value());
  CAF_REQUIRE_EQUAL(read->auth.service_tokens.size(), 1u);
  CAF_CHECK_EQUAL(read->auth.service_tokens[0].name, "shop");
  CAF_CHECK_EQUAL(read->auth.service_tokens[0].scopes.size(), 2u);
  CAF_CHECK_EQUAL(
    fault_of("[[auth.service_tokens]]\nname = \"a\"\ntoken = \"x\"\nscopes = [\"root\"]\n"),
    "4: auth.service_tokens[0].scopes: knows publish and admin, not root");
}

CAF_TEST(no fault repeats a secret) {
  auto read = this->read(
    "[auth]\njwt_secret = \"hush\"\nx = 1\n[channels.w]\ntype = \"webhook\"\n"
    "url = \"nonsense-with-hush\"\nsecret = \"hush\"\n");
  CAF_REQUIRE(!read.has_value());
  for (const auto why = read.error(); auto& fault : why.faults)
    CAF_CHECK_EQUAL(fault.message.find("hush"), std::string::npos);
}

CAF_TEST(the printed default configuration is accepted and changes nothing) {
  auto read = this->read(default_config());
  CAF_REQUIRE(read.has_value());
  auto defaults = read_config({});
  CAF_CHECK_EQUAL(read->server.listen, defaults->server.listen);
  CAF_CHECK_EQUAL(read->storage.url, defaults->storage.url);
  CAF_CHECK_EQUAL(read->channels.size(), defaults->channels.size());
  CAF_CHECK_EQUAL(read->routes.size(), 0u);
}

CAF_TEST(the documentation shows the default configuration) {
  std::ifstream in{CARILLON_SOURCE_DIR "/docs/configuration.md"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  CAF_CHECK(text.find(default_config()) != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace config_suite
