#include "storage/digest.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <string>

namespace carillon::storage {

digest digest_of(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const auto part : parts)
    joined.append(std::to_string(part.size())).append(":").append(part);
  digest out;
  SHA256(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), out.data());
  return out;
}

digest to_digest(std::string_view bytes) {
  digest out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  return out;
}

}  // namespace carillon::storage
