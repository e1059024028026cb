#include "adapters/channels/tc3_signature.hpp"

#include "adapters/channels/canonical_headers.hpp"
#include "adapters/channels/signature.hpp"
#include "protocol/codec/time.hpp"

namespace carillon::channels::tc3 {

namespace {

std::string date_of(timestamp at) {
  return codec::rfc3339(at).substr(0, 10);
}

std::string scope_of(const call& what) {
  return date_of(what.at) + "/" + what.service + "/tc3_request";
}

}  // namespace

std::string canonical_request(const call& what) {
  const auto headers = canonical(what.headers);
  // The path is always this one, whatever a gateway in between calls the place.
  return "POST\n/\n\n" + headers.lines + "\n" + headers.names + "\n" + hex(sha256(what.body));
}

std::string string_to_sign(const call& what) {
  return "TC3-HMAC-SHA256\n" + std::to_string(to_millis(what.at) / 1000) + "\n" + scope_of(what)
         + "\n" + hex(sha256(canonical_request(what)));
}

std::string authorization(const call& what, const std::string& secret_id,
                          const std::string& secret_key) {
  const auto date = hmac_sha256("TC3" + secret_key, date_of(what.at));
  const auto signing = hmac_sha256(hmac_sha256(date, what.service), "tc3_request");
  return "TC3-HMAC-SHA256 Credential=" + secret_id + "/" + scope_of(what)
         + ", SignedHeaders=" + canonical(what.headers).names
         + ", Signature=" + hex(hmac_sha256(signing, string_to_sign(what)));
}

}  // namespace carillon::channels::tc3
