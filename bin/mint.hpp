#pragma once

#include "adapters/http/jwt.hpp"
#include "bin/config/config.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <string>

namespace carillon {

/// Signs a token for `who` with the configured secret, issuer and audience, from now on for that
/// long. `conflict` where only a public key is configured: whoever has the private key mints.
result<std::string> mint_token(const config& how, http::jwt_claims who, milliseconds holds);

}  // namespace carillon
