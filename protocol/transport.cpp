#include "protocol/transport.hpp"

#include "protocol/words.hpp"

#include <arpa/inet.h>

namespace carillon {

std::string_view to_string(transport_failure x) {
  static constexpr words<8> all{"resolve",   "connect", "tls",     "timeout",
                                "no_answer", "refused", "bad_url", "cancelled"};
  return word_of(all, x);
}

bool is_loopback(std::string_view host) {
  const std::string text{host};
  if (in_addr v4{}; inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return ntohl(v4.s_addr) >> 24 == 127;
  if (in6_addr v6{}; inet_pton(AF_INET6, text.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

}  // namespace carillon
