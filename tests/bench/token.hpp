#pragma once

#include <string>
#include <string_view>

namespace carillon::bench {

/// A JWT (HS256) with these claims as JSON text, made without the engine's code.
std::string token(std::string_view secret, std::string_view claims);

/// A user's token that ends in an hour.
std::string user_token(std::string_view secret, std::string_view user);

/// One that may publish.
std::string publisher_token(std::string_view secret);

}  // namespace carillon::bench
