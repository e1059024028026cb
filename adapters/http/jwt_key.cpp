#include "adapters/http/jwt_key.hpp"

#include "adapters/openssl_owner.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace carillon::http {

namespace {

using pkey_ptr = owned<EVP_PKEY, EVP_PKEY_free>;
using context_ptr = owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using ecdsa_ptr = owned<ECDSA_SIG, ECDSA_SIG_free>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

class secret_key final : public jwt_key {
 public:
  explicit secret_key(std::string secret) : secret_(std::move(secret)) {}

  std::string_view algorithm() const noexcept override { return "HS256"; }

  bool matches(std::string_view text, std::string_view signature) const override {
    const auto ours = hmac_sha256(secret_, text);
    return signature.size() == ours.size()
           && CRYPTO_memcmp(signature.data(), ours.data(), ours.size()) == 0;
  }

 private:
  std::string secret_;
};

/// A JWS carries an ECDSA signature as r and s side by side, OpenSSL wants them in DER.
std::string der_of(std::string_view signature) {
  if (signature.size() != 64)
    return {};
  ecdsa_ptr pair{ECDSA_SIG_new()};
  auto* r = BN_bin2bn(bytes_of(signature), 32, nullptr);
  auto* s = BN_bin2bn(bytes_of(signature) + 32, 32, nullptr);
  ECDSA_SIG_set0(pair.get(), r, s);
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &out);
  std::string der{reinterpret_cast<char*>(out), static_cast<std::size_t>(size > 0 ? size : 0)};
  OPENSSL_free(out);
  return der;
}

class public_key final : public jwt_key {
 public:
  public_key(pkey_ptr key, bool elliptic) : key_(std::move(key)), elliptic_(elliptic) {}

  std::string_view algorithm() const noexcept override { return elliptic_ ? "ES256" : "RS256"; }

  bool matches(std::string_view text, std::string_view signature) const override {
    std::string der;
    if (elliptic_) {
      der = der_of(signature);
      signature = der;
    }
    if (signature.empty())
      return false;
    context_ptr context{EVP_MD_CTX_new()};
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1
           && EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                               text.size())
                == 1;
  }

 private:
  pkey_ptr key_;
  bool elliptic_;
};

bool is_p256(EVP_PKEY* key) {
  char group[64] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC
         && EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1
         && std::string_view{group, size} == "prime256v1";
}

constexpr std::string_view alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> digits = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}();

}  // namespace

std::unique_ptr<jwt_key> make_secret_key(std::string secret) {
  return std::make_unique<secret_key>(std::move(secret));
}

std::unique_ptr<jwt_key> make_public_key(const std::string& pem) {
  owned<BIO, BIO_free_all> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  pkey_ptr key{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
  if (!key)
    throw std::invalid_argument{"not a PEM public key"};
  const bool elliptic = is_p256(key.get());
  const bool rsa =
    EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= 2048;
  if (!elliptic && !rsa)
    throw std::invalid_argument{"neither an RSA key of 2048 bits or more nor a P-256 key"};
  return std::make_unique<public_key>(std::move(key), elliptic);
}

std::string hmac_sha256(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
       digest.data(), &size);
  return {reinterpret_cast<char*>(digest.data()), size};
}

std::string to_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const unsigned char c : bytes) {
    bits = bits << 8 | c;
    for (held += 8; held >= 6; held -= 6)
      text += alphabet[bits >> (held - 6) & 63];
  }
  if (held > 0)
    text += alphabet[bits << (6 - held) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1)
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const unsigned char c : text) {
    if (digits[c] < 0)
      return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digits[c]);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held & 255);
    }
  }
  return bytes;
}

}  // namespace carillon::http
