#define CAF_SUITE live_upgrade

#include "adapters/live/upgrade.hpp"

#include "tests/caf_test.hpp"

namespace live_upgrade_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

upgrade_request good() {
  upgrade_request asked;
  asked.upgrade = "websocket";
  asked.connection = "Upgrade";
  asked.key = "dGhlIHNhbXBsZSBub25jZQ==";
  asked.version = "13";
  return asked;
}

int status(const upgrade_request& asked) {
  const auto refusal = check_handshake(asked);
  return refusal ? refusal->status : 101;
}

template <class Change>
int changed(Change change) {
  auto asked = good();
  change(asked);
  return status(asked);
}

}  // namespace

CAF_TEST(a handshake by the book passes) {
  CAF_CHECK_EQUAL(status(good()), 101);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.connection = "keep-alive, upgrade"; }), 101);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.upgrade = "h2c, WebSocket"; }), 101);
}

CAF_TEST(each missing part is a bad request) {
  CAF_CHECK_EQUAL(changed([](auto& x) { x.get = false; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.http_11 = false; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.upgrade = ""; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.connection = "close"; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.key = ""; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.key = "dGhlIHNhbXBsZSBub25jZQ="; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.key = "dGhlIHNhbXBsZSBub25jZQAA"; }), 400);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.key = "dGhl*HNhbXBsZSBub25jZQ=="; }), 400);
}

CAF_TEST(another version needs an upgrade) {
  CAF_CHECK_EQUAL(changed([](auto& x) { x.version = "8"; }), 426);
  CAF_CHECK_EQUAL(changed([](auto& x) { x.version = ""; }), 426);
}

CAF_TEST(the key is answered as in the standard) {
  CAF_CHECK_EQUAL(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace live_upgrade_suite
