#include "adapters/http/authenticator.hpp"
#include "adapters/http/jwt_key.hpp"
#include "adapters/http/token_cache.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

#define CAF_SUITE http_auth
#include "tests/caf_test.hpp"

namespace http_auth_suite {

using namespace carillon;
using namespace carillon::http;

namespace {

constexpr std::int64_t now_second = 1'790'000'000;
const timestamp now = from_millis(now_second * 1000);
const std::string secret = "a secret of the tests";

std::string signed_by_secret(const std::string& header, const std::string& claims,
                             const std::string& key = secret) {
  const auto text = to_base64url(header) + "." + to_base64url(claims);
  return text + "." + to_base64url(hmac_sha256(key, text));
}

std::string hs256(const std::string& claims) {
  return signed_by_secret(R"({"alg":"HS256","typ":"JWT"})", claims);
}

std::string until(std::int64_t second, const std::string& more = "") {
  return R"({"sub":"u1","exp":)" + std::to_string(second) + more + "}";
}

/// A key pair of OpenSSL's making.
struct key_pair {
  explicit key_pair(EVP_PKEY* made) : key(made) {}
  ~key_pair() { EVP_PKEY_free(key); }

  std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    std::string result(text, static_cast<std::size_t>(size));
    BIO_free_all(out);
    return result;
  }

  std::string sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return signature;
  }

  EVP_PKEY* key;
};

/// r and s side by side, as a JWS has them.
std::string raw_of(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
  ECDSA_SIG_free(pair);
  return raw;
}

std::string why_not(const jwt_verifier& aut, const std::string& token) {
  const auto who = aut.verify(token, now);
  if (who)
    return "accepted";
  return who.error().code == errc::unauthorized ? who.error().detail : "another kind of error";
}

bool unusable(jwt_rules rules) {
  try {
    jwt_verifier{std::move(rules)};
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

CAF_TEST(a minted token is accepted with everything it says) {
  const jwt_verifier aut{{.secret = secret, .issuer = "us", .audience = "them"}};
  const auto token = mint({.subject = "u1",
                           .roles = {"manager"},
                           .stores = {"s1", "s2"},
                           .scopes = {"publish", "admin"},
                           .locale = "en",
                           .issuer = "us",
                           .audience = "them",
                           .issued_at = now,
                           .expires_at = now + std::chrono::hours{1}},
                          secret);
  const auto who = aut.verify(token, now);
  CAF_REQUIRE(who.has_value());
  CAF_CHECK_EQUAL(who->subject, "u1");
  CAF_CHECK_EQUAL(who->roles, std::vector<std::string>{"manager"});
  CAF_CHECK_EQUAL(who->stores, (std::vector<std::string>{"s1", "s2"}));
  CAF_CHECK(who->may_publish);
  CAF_CHECK(who->is_admin);
  CAF_CHECK_EQUAL(who->locale, "en");
  CAF_CHECK(who->expires_at == now + std::chrono::hours{1});
}

CAF_TEST(single claims and lists are both understood and a number is a store) {
  const jwt_verifier aut{{.secret = secret}};
  const auto who =
    aut.verify(hs256(until(now_second + 9,
                           R"(,"role":"a","roles":["b","a"],"store_id":17,"scope":"x publish")")),
               now);
  CAF_REQUIRE(who.has_value());
  CAF_CHECK_EQUAL(who->roles, (std::vector<std::string>{"a", "b"}));
  CAF_CHECK_EQUAL(who->stores, std::vector<std::string>{"17"});
  CAF_CHECK(who->may_publish);
  CAF_CHECK(!who->is_admin);
}

CAF_TEST(a claim that names nothing anybody is told under is left out) {
  const jwt_verifier aut{{.secret = secret}};
  const auto who = aut.verify(
    hs256(until(now_second + 9, R"(,"roles":["a\u0000b","cook"],"store_id":"s\u0000")"
                                R"(,"store_ids":["s1",")"
                                  + std::string(129, 's') + R"("],"locale":"z\u0000h")")),
    now);
  CAF_REQUIRE(who.has_value());
  CAF_CHECK_EQUAL(who->roles, std::vector<std::string>{"cook"});
  CAF_CHECK_EQUAL(who->stores, std::vector<std::string>{"s1"});
  CAF_CHECK_EQUAL(who->locale, "");
}

CAF_TEST(whose a token claims to be can be read without a key) {
  CAF_CHECK_EQUAL(claimed_subject(hs256(R"({"sub":"u1"})")), "u1");
  for (const auto* none : {"", "secret", "a.b", "a.b.c"})
    CAF_CHECK_EQUAL(claimed_subject(none), "");
}

CAF_TEST(a token ends exactly at its exp and has to have one) {
  const jwt_verifier aut{{.secret = secret}};
  CAF_CHECK_EQUAL(why_not(aut, hs256(until(now_second + 1))), "accepted");
  CAF_CHECK_EQUAL(why_not(aut, hs256(until(now_second))), "the token has expired");
  CAF_CHECK_EQUAL(why_not(aut, hs256(R"({"sub":"u1"})")), "the token has no exp");
  CAF_CHECK_EQUAL(why_not(aut, hs256(R"({"sub":"u1","exp":"soon"})")), "the token has no exp");
}

CAF_TEST(a token of the future is refused beyond the leeway) {
  const jwt_verifier aut{{.secret = secret}};
  const auto from = [](std::int64_t n) {
    return hs256(until(now_second + 99, R"(,"nbf":)" + std::to_string(n)));
  };
  CAF_CHECK_EQUAL(why_not(aut, from(now_second + 5)), "accepted");
  CAF_CHECK_EQUAL(why_not(aut, from(now_second + 6)), "the token is not valid yet");
}

CAF_TEST(issuer and audience are held to the configuration) {
  const jwt_verifier aut{{.secret = secret, .issuer = "us", .audience = "them"}};
  const auto with = [](const std::string& more) { return hs256(until(now_second + 9, more)); };
  CAF_CHECK_EQUAL(why_not(aut, with(R"(,"iss":"us","aud":["x","them"])")), "accepted");
  CAF_CHECK_EQUAL(why_not(aut, with(R"(,"iss":"you","aud":"them")")),
                  "the token comes from another issuer");
  CAF_CHECK_EQUAL(why_not(aut, with(R"(,"iss":"us","aud":"x")")),
                  "the token is meant for another audience");
  CAF_CHECK_EQUAL(why_not(aut, with("")), "the token comes from another issuer");
}

CAF_TEST(forged and broken tokens are refused) {
  const jwt_verifier aut{{.secret = secret}};
  const auto claims = until(now_second + 9);
  const auto none = to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims) + ".";
  CAF_CHECK_NOT_EQUAL(why_not(aut, none), "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, signed_by_secret(R"({"alg":"HS512"})", claims)), "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, signed_by_secret(R"({"alg":"HS256"})", claims, "guess")),
                      "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, signed_by_secret(R"({"alg":"HS256","crit":["b64"]})", claims)),
                      "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, hs256(R"({"exp":99999999999})")), "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, hs256(R"({"sub":"a\nb","exp":99999999999})")), "accepted");
  for (const auto* text : {"", ".", "..", "...", "a.b.c", "a.b.c.d", "e30.e30.e30"})
    CAF_CHECK_NOT_EQUAL(why_not(aut, text), "accepted");
  auto changed = hs256(claims);
  changed[changed.find('.') + 4] ^= 1;
  CAF_CHECK_NOT_EQUAL(why_not(aut, changed), "accepted");
}

CAF_TEST(an RSA key means RS256 and its text is no secret) {
  const key_pair pair{EVP_RSA_gen(2048)};
  const jwt_verifier aut{{.secret = secret, .public_key = pair.pem()}};
  const auto claims = until(now_second + 9);
  const auto text = to_base64url(R"({"alg":"RS256"})") + "." + to_base64url(claims);
  CAF_CHECK_EQUAL(why_not(aut, text + "." + to_base64url(pair.sign(text))), "accepted");
  const auto confused = signed_by_secret(R"({"alg":"HS256"})", claims, pair.pem());
  CAF_CHECK_NOT_EQUAL(why_not(aut, confused), "accepted");
  const auto disguised = signed_by_secret(R"({"alg":"RS256"})", claims, pair.pem());
  CAF_CHECK_NOT_EQUAL(why_not(aut, disguised), "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, hs256(claims)), "accepted");
}

CAF_TEST(an elliptic key means ES256) {
  const key_pair pair{EVP_EC_gen("P-256")};
  const jwt_verifier aut{{.public_key = pair.pem()}};
  const auto text = to_base64url(R"({"alg":"ES256"})") + "." + to_base64url(until(now_second + 9));
  const auto der = pair.sign(text);
  CAF_CHECK_EQUAL(why_not(aut, text + "." + to_base64url(raw_of(der))), "accepted");
  CAF_CHECK_NOT_EQUAL(why_not(aut, text + "." + to_base64url(der)), "accepted");
}

CAF_TEST(keys that are too weak or none at all are refused at once) {
  CAF_CHECK(unusable({}));
  CAF_CHECK(unusable(jwt_rules{.public_key = "no PEM"}));
  const key_pair weak{EVP_RSA_gen(1024)};
  CAF_CHECK(unusable(jwt_rules{.public_key = weak.pem()}));
  const key_pair other{EVP_EC_gen("P-384")};
  CAF_CHECK(unusable(jwt_rules{.public_key = other.pem()}));
}

CAF_TEST(a service token acts under the name of its service) {
  const authenticator aut{std::nullopt,
                          {{"shop", "s3cret", {"publish"}}, {"ops", "0ps", {"admin"}}}};
  const auto shop = aut.check("s3cret", now);
  CAF_REQUIRE(shop.has_value());
  CAF_CHECK_EQUAL((*shop)->subject, "service:shop");
  CAF_CHECK((*shop)->may_publish);
  CAF_CHECK(!(*shop)->is_admin);
  CAF_CHECK((*shop)->expires_at == timestamp::max());
  const auto ops = aut.check("0ps", now);
  CAF_REQUIRE(ops.has_value());
  CAF_CHECK((*ops)->may_publish);
  CAF_CHECK((*ops)->is_admin);
  CAF_CHECK(!aut.check("s3cre", now).has_value());
}

CAF_TEST(a remembered token still ends and the memory is bounded) {
  const auto checker = std::make_shared<const authenticator>(jwt_rules{.secret = secret},
                                                             std::vector<service_token>{});
  token_cache aut{checker, 8};
  const auto token = hs256(until(now_second + 10));
  const auto first = aut.check(token, now);
  const auto again = aut.check(token, now);
  CAF_REQUIRE(first.has_value());
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(first->get(), again->get());
  CAF_CHECK(!aut.check(token, now + seconds{10}).has_value());
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(aut.check(hs256(until(now_second + 10 + i)), now).has_value());
  CAF_CHECK_LESS_OR_EQUAL(aut.size(), 8U);
  CAF_CHECK(!aut.check("nonsense", now).has_value());
}

CAF_TEST(a replaced key withdraws those it let in and no others) {
  const service_token shop{"shop", "s3cret", {"publish"}};
  const service_token ops{"ops", "0ps", {"admin"}};
  authenticator aut{jwt_rules{.secret = secret}, {shop, ops}};
  const auto text = hs256(until(now_second + 9));
  const auto user = *aut.check(text, now);
  const auto seller = *aut.check("s3cret", now);
  const auto operator_ = *aut.check("0ps", now);

  CAF_CHECK(!aut.replace(jwt_rules{.secret = secret}, {ops, shop}));
  CAF_CHECK(!user->withdrawn() && !seller->withdrawn() && !operator_->withdrawn());
  CAF_CHECK_EQUAL(aut.check("s3cret", now)->get(), seller.get());

  CAF_CHECK(aut.replace(jwt_rules{.secret = secret}, {ops}));
  CAF_CHECK(seller->withdrawn());
  CAF_CHECK(!user->withdrawn() && !operator_->withdrawn());
  CAF_CHECK(!aut.check("s3cret", now).has_value());

  CAF_CHECK(aut.replace(jwt_rules{.secret = secret}, {{"ops", "0ps", {"publish"}}}));
  CAF_CHECK(operator_->withdrawn());
  CAF_CHECK(!(*aut.check("0ps", now))->is_admin);

  CAF_CHECK(aut.replace(jwt_rules{.secret = "another"}, {}));
  CAF_CHECK(user->withdrawn());
  CAF_CHECK(!aut.check(text, now).has_value());
}

CAF_TEST(a key that cannot be used replaces nothing) {
  authenticator aut{jwt_rules{.secret = secret}, {{"shop", "s3cret", {"publish"}}}};
  const auto seller = *aut.check("s3cret", now);
  bool refused = false;
  try {
    aut.replace(jwt_rules{.public_key = "no PEM"}, {});
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  CAF_CHECK(refused);
  CAF_CHECK(!seller->withdrawn());
  CAF_CHECK(aut.check("s3cret", now).has_value());
}

CAF_TEST(a remembered token is checked again once its key is withdrawn) {
  const auto checker =
    std::make_shared<authenticator>(jwt_rules{.secret = secret}, std::vector<service_token>{});
  token_cache aut{checker};
  const auto token = hs256(until(now_second + 10));
  CAF_CHECK(aut.check(token, now).has_value());
  checker->replace(jwt_rules{.secret = secret, .issuer = "us"}, {});
  CAF_CHECK(!aut.check(token, now).has_value());
}

CAF_TEST(base64url is read strictly) {
  CAF_CHECK_EQUAL(from_base64url(to_base64url("\xff\xfe\xfd?")).value_or("none"), "\xff\xfe\xfd?");
  CAF_CHECK(!from_base64url("YQ==").has_value());
  CAF_CHECK(!from_base64url("a+b/").has_value());
  CAF_CHECK(!from_base64url("abcde").has_value());
}

}  // namespace http_auth_suite
