#include "bin/mint.hpp"

#include "bin/clock.hpp"

namespace carillon {

result<std::string> mint_token(const config& how, http::jwt_claims who, milliseconds holds) {
  if (how.auth.jwt_secret.empty())
    return error{errc::conflict,
                 "only a public key is configured: mint the token where the private key is, and "
                 "pass it with --token"};
  who.issuer = how.auth.issuer;
  who.audience = how.auth.audience;
  who.issued_at = wall_time();
  who.expires_at = who.issued_at + holds;
  return http::mint(who, how.auth.jwt_secret);
}

}  // namespace carillon
