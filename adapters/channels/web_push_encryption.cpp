#include "adapters/channels/web_push_encryption.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/signature.hpp"
#include "protocol/rules/addressing.hpp"

#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <stdexcept>

namespace carillon::channels::web_push {

namespace {

constexpr std::size_t tag_size = 16;
// A record of 4096 bytes, whose size is written in the header big end first.
constexpr std::string_view record_size{"\0\0\x10\0", 4};

struct context_free {
  void operator()(EVP_CIPHER_CTX* x) const { EVP_CIPHER_CTX_free(x); }
};

const unsigned char* in_bytes(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

unsigned char* out_bytes(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

/// The first block of HKDF's second step (RFC 5869), which is all that is needed here.
std::string expanded(std::string_view key, std::string_view info, std::size_t size) {
  return hmac_sha256(key, std::string{info} + '\x01').substr(0, size);
}

std::string aes_128_gcm(const std::string& key, const std::string& nonce, std::string_view text) {
  const std::unique_ptr<EVP_CIPHER_CTX, context_free> context{EVP_CIPHER_CTX_new()};
  std::string out(text.size() + tag_size, '\0');
  int size = 0;
  auto* aes = context.get();
  const auto good =
    EVP_EncryptInit_ex(aes, EVP_aes_128_gcm(), nullptr, in_bytes(key), in_bytes(nonce)) == 1
    && EVP_EncryptUpdate(aes, out_bytes(out), &size, in_bytes(text), static_cast<int>(text.size()))
         == 1
    && EVP_EncryptFinal_ex(aes, out_bytes(out) + size, &size) == 1
    && EVP_CIPHER_CTX_ctrl(aes, EVP_CTRL_AEAD_GET_TAG, tag_size, out_bytes(out) + text.size()) == 1;
  if (!good)
    throw std::runtime_error("AES-128-GCM failed");
  return out;
}

}  // namespace

std::optional<subscription> parse_subscription(std::string_view text) {
  const auto object = object_in(text);
  const auto keys = object.find("keys");
  if (keys == object.end())
    return std::nullopt;
  auto endpoint = text_in(object, "endpoint");
  auto p256dh = from_base64url(text_in(*keys, "p256dh"));
  auto auth = from_base64url(text_in(*keys, "auth"));
  if (!rules::is_url(endpoint) || !p256dh || p256dh->size() != 65 || !auth || auth->size() != 16)
    return std::nullopt;
  return subscription{std::move(endpoint), std::move(*p256dh), std::move(*auth)};
}

std::optional<std::string> encrypted(std::string_view plaintext, const subscription& to,
                                     const key_pair& ephemeral, std::string_view salt) {
  const auto shared = ephemeral.shared_secret(to.p256dh);
  if (!shared)
    return std::nullopt;
  const auto own_point = ephemeral.public_point();
  auto info = std::string{"WebPush: info"} + '\0';
  const auto secret =
    expanded(hmac_sha256(to.auth, *shared), info.append(to.p256dh).append(own_point), 32);
  const auto root = hmac_sha256(salt, secret);
  const auto key = expanded(root, std::string{"Content-Encoding: aes128gcm"} + '\0', 16);
  const auto nonce = expanded(root, std::string{"Content-Encoding: nonce"} + '\0', 12);
  std::string out{salt};
  out.append(record_size).push_back(static_cast<char>(own_point.size()));
  out.append(own_point);
  return out.append(aes_128_gcm(key, nonce, std::string{plaintext} + '\x02'));
}

}  // namespace carillon::channels::web_push
