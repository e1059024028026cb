#include "adapters/channels/types.hpp"

namespace carillon::channels {

channel_type system_type() {
  return {
    .name = "system",
    .doc = "The inbox and its live push. Delivered by the commit that creates the notification.",
    .needs_address = false,
  };
}

}  // namespace carillon::channels
