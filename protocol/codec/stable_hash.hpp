#pragma once

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <string>
#include <string_view>

namespace carillon::codec {

/// A name for a text that is the same in every version and on every node (RFC 9562 UUIDv5), for
/// keys made of what others wrote.
inline std::string stable_hash(std::string_view text) {
  const boost::uuids::name_generator_sha1 hash{boost::uuids::ns::oid()};
  return boost::uuids::to_string(hash(text.data(), text.size()));
}

}  // namespace carillon::codec
