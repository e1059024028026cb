#pragma once

#include "protocol/rules/render/cursor.hpp"
#include "protocol/rules/render/tree.hpp"

namespace carillon::rules::render {

/// Blocks, partials and parentheses may be nested so deep.
inline constexpr std::size_t max_depth = 32;

/// Reads what stands in a tag: a name with its arguments; without any, the name
/// alone. Stops at
/// `}`, `~`, `)` or `as |`.
expression read_call(cursor& in, std::size_t depth);

/// Reads a path, a literal or a call in parentheses.
expression read_operand(cursor& in, std::size_t depth);

/// Reads `as |a b|`; nothing where it does not stand here.
std::vector<std::string> read_block_parameters(cursor& in);

}  // namespace carillon::rules::render
