#include "adapters/channels/acs3_signature.hpp"

#include "adapters/channels/canonical_headers.hpp"
#include "adapters/channels/signature.hpp"

#include <algorithm>

namespace carillon::channels::acs3 {

std::string canonical_query(pairs parameters) {
  std::ranges::sort(parameters);
  std::string out;
  for (auto& [name, value] : parameters) {
    out.append(out.empty() ? "" : "&").append(percent_encode(name));
    out.append("=").append(percent_encode(value));
  }
  return out;
}

std::string canonical_request(const call& what) {
  const auto headers = canonical(what.headers);
  return what.method + "\n" + what.path + "\n" + what.query + "\n" + headers.lines + "\n"
         + headers.names + "\n" + hex(sha256(what.body));
}

std::string string_to_sign(const call& what) {
  return "ACS3-HMAC-SHA256\n" + hex(sha256(canonical_request(what)));
}

std::string authorization(const call& what, const std::string& key_id,
                          const std::string& key_secret) {
  return "ACS3-HMAC-SHA256 Credential=" + key_id + ",SignedHeaders=" + canonical(what.headers).names
         + ",Signature=" + hex(hmac_sha256(key_secret, string_to_sign(what)));
}

}  // namespace carillon::channels::acs3
