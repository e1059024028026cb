#include "bin/vault.hpp"

#include "adapters/channels/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace carillon {

namespace {

constexpr std::string_view mark = "aes-256-gcm:";
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

using cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

unsigned char* bytes(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

cipher make_cipher() {
  cipher made{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  if (!made)
    throw std::bad_alloc{};
  return made;
}

}  // namespace

vault::~vault() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

std::string vault::seal(std::string_view secret, std::string_view place) const {
  std::string nonce(nonce_size, '\0');
  std::string tag(tag_size, '\0');
  std::string text(secret.size(), '\0');
  const auto with = make_cipher();
  int n = 0;
  const bool done =
    RAND_bytes(bytes(nonce), nonce_size) == 1
    && EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(nonce)) == 1
    && EVP_EncryptUpdate(with.get(), nullptr, &n, bytes(place), static_cast<int>(place.size())) == 1
    && EVP_EncryptUpdate(with.get(), bytes(text), &n, bytes(secret),
                         static_cast<int>(secret.size()))
         == 1
    && EVP_EncryptFinal_ex(with.get(), bytes(text) + text.size(), &n) == 1
    && EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag.data()) == 1;
  if (!done)
    throw std::runtime_error{"a secret could not be encrypted"};
  return std::string{mark} + channels::base64(nonce + text + tag);
}

std::optional<std::string> vault::open(std::string_view sealed, std::string_view place) const {
  if (!sealed.starts_with(mark))
    return std::nullopt;
  const auto raw = channels::from_base64(sealed.substr(mark.size()));
  if (!raw || raw->size() < nonce_size + tag_size)
    return std::nullopt;
  const std::string_view all{*raw};
  const auto text = all.substr(nonce_size, all.size() - nonce_size - tag_size);
  std::string tag{all.substr(all.size() - tag_size)};
  std::string secret(text.size(), '\0');
  const auto with = make_cipher();
  int n = 0;
  const bool done =
    EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(all)) == 1
    && EVP_DecryptUpdate(with.get(), nullptr, &n, bytes(place), static_cast<int>(place.size())) == 1
    && EVP_DecryptUpdate(with.get(), bytes(secret), &n, bytes(text), static_cast<int>(text.size()))
         == 1
    && EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1
    && EVP_DecryptFinal_ex(with.get(), bytes(secret) + secret.size(), &n) == 1;
  if (!done)
    return std::nullopt;
  return secret;
}

std::optional<vault::key> parse_master_key(std::string_view text) {
  const auto raw = channels::from_base64(text);
  vault::key key{};
  if (!raw || raw->size() != key.size())
    return std::nullopt;
  std::copy(raw->begin(), raw->end(), key.begin());
  return key;
}

}  // namespace carillon
