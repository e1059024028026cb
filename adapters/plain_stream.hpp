#pragma once

#include "adapters/stream.hpp"

namespace carillon {

/// Bytes as they are. The socket must be non-blocking.
class plain_stream final : public stream {
 public:
  using stream::stream;

  progress handshake() override { return {}; }
  progress read(std::span<char> into) override;
  progress write(std::span<const iovec> from) override;
};

}  // namespace carillon
