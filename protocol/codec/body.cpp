#include "protocol/codec/body.hpp"

namespace carillon::codec {

error invalid_body(std::vector<fault> faults) {
  return {errc::invalid, "the body breaks the rules named in errors", std::move(faults)};
}

}  // namespace carillon::codec
