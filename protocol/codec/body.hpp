#pragma once

#include "protocol/codec/fields.hpp"
#include "protocol/codec/record.hpp"
#include "protocol/error.hpp"

#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace carillon::codec {

/// The refusal of a body for all that is wrong with it.
error invalid_body(std::vector<fault> faults);

/// Reads a body that is one object: `read` makes a value of its fields, and notes what is wrong
/// with them. `malformed` for what cannot be read, `invalid` with every fault that was noted.
template <class Read>
auto read_body(std::string_view body, const record_shape& shape, Read read)
  -> result<std::invoke_result_t<Read, const fields&>> {
  auto root = read_json(body, shape);
  if (!root)
    return std::move(root).error();
  if (root->is != json_value::kind::object)
    return invalid_body({{"", "must be an object"}});
  std::vector<fault> faults;
  auto out = read(fields{*root, "", faults});
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return out;
}

}  // namespace carillon::codec
