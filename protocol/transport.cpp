#include "protocol/transport.hpp"

#include "protocol/words.hpp"

namespace carillon {

std::string_view to_string(transport_failure x) {
  static constexpr words<8> all{"resolve",   "connect", "tls",     "timeout",
                                "no_answer", "refused", "bad_url", "cancelled"};
  return word_of(all, x);
}

}  // namespace carillon
