#define CAF_SUITE live_tls

#include "tests/adapters/live/engine_side.hpp"
#include "tests/adapters/live/loopback.hpp"
#include "tests/temporary_directory.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/caf_test.hpp"

namespace live_tls_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

/// A self-signed certificate and its key as files of a private directory.
struct identity {
  tests::temporary_directory directory;
  std::string certificate = directory.path("certificate.pem");
  std::string key = directory.path("key.pem");

  identity() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair{EVP_EC_gen("P-256"),
                                                                   &EVP_PKEY_free};
    const std::unique_ptr<X509, decltype(&X509_free)> card{X509_new(), &X509_free};
    X509_gmtime_adj(X509_getm_notBefore(card.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(card.get()), 3600);
    X509_set_pubkey(card.get(), pair.get());
    X509_sign(card.get(), pair.get(), EVP_sha256());
    write(certificate, [&](std::FILE* to) { PEM_write_X509(to, card.get()); });
    write(key, [&](std::FILE* to) {
      PEM_write_PrivateKey(to, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  template <class Write>
  static void write(const std::string& file, Write write) {
    auto* to = std::fopen(file.c_str(), "w");
    write(to);
    std::fclose(to);
  }
};

struct fixture : engine_side {
  identity ours;
  std::shared_ptr<tls_context> tls = *tls_context::load(ours.certificate, ours.key);
  loopback door{shard, services, tls};

  fixture() { std::signal(SIGPIPE, SIG_IGN); }

  std::unique_ptr<websocket_client> connect(int buffer = 0) {
    return door.connect({.receive_buffer = buffer}, [=](auto& what, auto& asked) {
      auto& over = what.over;
      asked.who = std::make_shared<const principal>();
      if (buffer > 0)
        over->socket().set_option(boost::asio::socket_base::send_buffer_size(buffer));
    });
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(tls_tests, fixture)

CAF_TEST(pushes commands and the close go through TLS) {
  const auto client = connect();
  const auto who = enter();
  who->push(make_push(1));
  CAF_CHECK(client->read().starts_with('{'));
  client->send(R"({"event":"notification:read-all"})");
  CAF_CHECK(commands.next()->kind == command_kind::read_all);
  who->resume();
  CAF_CHECK_EQUAL(client->close(1000), 1000);
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(messages that share a record or span several are all read) {
  const auto client = connect();
  const auto who = enter();
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += std::string{"\x89\x80\0\0\0\0", 6};
  client->write_raw(many);
  for (int i = 0; i < 100; ++i)
    CAF_REQUIRE_EQUAL(client->read_raw(), "10:");
  const auto long_text = '"' + std::string(60000, 'x') + '"';
  who->say({"said", long_text});
  CAF_CHECK_EQUAL(client->read_raw(), R"(1:{"event":"said","data":)" + long_text + "}");
}

CAF_TEST(a slow consumer over TLS gets whole frames and then 1013) {
  const auto client = connect(4096);
  const auto who = enter();
  for (int i = 0; i < 5000; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  CAF_CHECK_EQUAL(detached.next(), who->id());
  int count = 0;
  auto next = client->read();
  for (; next.starts_with('{'); next = client->read())
    ++count;
  CAF_CHECK(next.starts_with("closed 1013"));
  CAF_CHECK(count < 5000);
}

CAF_TEST(a client that vanishes is detached) {
  auto client = connect();
  const auto id = enter()->id();
  client.reset();
  CAF_CHECK_EQUAL(detached.next(), id);
}

CAF_TEST(files that cannot be used are named) {
  const auto missing = tls_context::load("/nonexistent.pem", ours.key);
  CAF_REQUIRE(!missing);
  CAF_CHECK(missing.error().detail.find("/nonexistent.pem") != std::string::npos);
  CAF_CHECK(!tls_context::load(ours.certificate, ours.certificate));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace live_tls_suite
