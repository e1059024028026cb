#include "tests/bench/token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

namespace carillon::bench {

namespace {

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                              reinterpret_cast<const unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('='))
    out.pop_back();
  for (auto& c : out)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string in_an_hour() {
  return std::to_string(std::time(nullptr) + 3600);
}

}  // namespace

std::string token(std::string_view secret, std::string_view claims) {
  auto content = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims);
  std::array<unsigned char, 32> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac.data(), &size);
  return content + "." + base64url({reinterpret_cast<const char*>(mac.data()), size});
}

std::string user_token(std::string_view secret, std::string_view user) {
  return token(secret, R"({"sub":")" + std::string{user} + R"(","exp":)" + in_an_hour() + "}");
}

std::string publisher_token(std::string_view secret) {
  return token(secret, R"({"sub":"bench","scope":"publish","exp":)" + in_an_hour() + "}");
}

}  // namespace carillon::bench
