#include "adapters/channels/key_pair.hpp"

#include "adapters/channels/signature.hpp"
#include "adapters/openssl_owner.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <stdexcept>

namespace carillon::channels {

namespace {

const unsigned char* in_bytes(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

unsigned char* out_bytes(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

void require(bool good, const char* what) {
  if (!good)
    throw std::runtime_error(what);
}

/// The point that belongs to a private number; nothing where that is no number of the curve.
std::optional<std::string> point_of(const BIGNUM* number) {
  const owned<EC_GROUP, EC_GROUP_free> curve{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  const owned<EC_POINT, EC_POINT_free> point{EC_POINT_new(curve.get())};
  if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(curve.get())) >= 0
      || EC_POINT_mul(curve.get(), point.get(), number, nullptr, nullptr, nullptr) != 1)
    return std::nullopt;
  std::string out(65, '\0');
  EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out_bytes(out),
                     out.size(), nullptr);
  return out;
}

EVP_PKEY* p256_key(const BIGNUM* number, std::string_view point) {
  const owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> parts{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_PRIV_KEY, number);
  OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  const owned<OSSL_PARAM, OSSL_PARAM_free> built{OSSL_PARAM_BLD_to_param(parts.get())};
  const owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
    EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_fromdata_init(context.get()) == 1
            && EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, built.get()) == 1,
          "OpenSSL makes no P-256 key");
  return key;
}

bool has_curve_p256(const EVP_PKEY* key) {
  std::string name(64, '\0');
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1
         && EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1
         && name.substr(0, size) == "prime256v1";
}

}  // namespace

std::string base64url(std::string_view bytes) {
  auto out = base64(bytes);
  while (out.ends_with('='))
    out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.find_first_of("+/") != std::string_view::npos)
    return std::nullopt;
  std::string padded{text};
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  while (padded.size() % 4 != 0)
    padded.push_back('=');
  return from_base64(padded);
}

std::string raw_signature(std::string_view der) {
  auto at = in_bytes(der);
  const owned<ECDSA_SIG, ECDSA_SIG_free> pair{
    d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  std::string out(64, '\0');
  if (pair == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out_bytes(out), 32) != 32
      || BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out_bytes(out) + 32, 32) != 32)
    return {};
  return out;
}

key_pair::key_pair(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}

result<key_pair> key_pair::from_pem(std::string_view pem) {
  const owned<BIO, BIO_free> file{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::string no_password;
  key_pair out{PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, no_password.data())};
  if (out.key_ == nullptr || !(out.is_p256() || EVP_PKEY_is_a(out.key_.get(), "RSA") == 1))
    return error{errc::invalid, "not a private key in PEM, RSA or P-256"};
  return out;
}

result<key_pair> key_pair::from_number(std::string_view bytes) {
  const owned<BIGNUM, BN_clear_free> number{
    BN_bin2bn(in_bytes(bytes), static_cast<int>(bytes.size()), nullptr)};
  const auto point = bytes.size() == 32 ? point_of(number.get()) : std::nullopt;
  if (!point)
    return error{errc::invalid, "not the private number of a P-256 key"};
  return key_pair{p256_key(number.get(), *point)};
}

key_pair key_pair::generate() {
  key_pair out{EVP_EC_gen("P-256")};
  require(out.key_ != nullptr, "OpenSSL makes no P-256 key");
  return out;
}

bool key_pair::is_p256() const {
  return has_curve_p256(key_.get());
}

std::string key_pair::public_point() const {
  unsigned char* bytes = nullptr;
  const auto size = EVP_PKEY_get1_encoded_public_key(key_.get(), &bytes);
  std::string out{reinterpret_cast<char*>(bytes), size};
  OPENSSL_free(bytes);
  return out;
}

std::optional<std::string> key_pair::shared_secret(std::string_view point) const {
  const owned<EVP_PKEY, EVP_PKEY_free> peer{EVP_PKEY_new()};
  if (EVP_PKEY_copy_parameters(peer.get(), key_.get()) != 1
      || EVP_PKEY_set1_encoded_public_key(peer.get(), in_bytes(point), point.size()) != 1)
    return std::nullopt;
  const owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
    EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)};
  std::string out(32, '\0');
  auto size = out.size();
  if (EVP_PKEY_derive_init(context.get()) != 1
      || EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1
      || EVP_PKEY_derive(context.get(), out_bytes(out), &size) != 1)
    return std::nullopt;
  return out;
}

std::string key_pair::signature(std::string_view text) const {
  const owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
  std::size_t size = 0;
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1
            && EVP_DigestSign(context.get(), nullptr, &size, in_bytes(text), text.size()) == 1,
          "OpenSSL does not sign");
  std::string out(size, '\0');
  require(EVP_DigestSign(context.get(), out_bytes(out), &size, in_bytes(text), text.size()) == 1,
          "OpenSSL does not sign");
  out.resize(size);
  return is_p256() ? raw_signature(out) : out;
}

std::string key_pair::jwt(std::string_view header, std::string_view claims) const {
  auto out = base64url(header) + "." + base64url(claims);
  return out + "." + base64url(signature(out));
}

}  // namespace carillon::channels
