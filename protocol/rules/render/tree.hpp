#pragma once

#include "protocol/rules/render/diagnosis.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carillon::rules::render {

// A template as it was written, between the parser and the program made of it.

/// What stands for a value.
struct expression {
  enum class kind : std::uint8_t { path, text, number, boolean, null, undefined, call };

  kind is{kind::path};
  place at{};
  /// A text, or the helper's name of a call.
  std::string text{};
  double number{0};
  bool flag{false};
  /// A path: `@` before it, how many `../`, `this` or `./` before it, its
  /// names.
  bool data{false};
  std::uint32_t up{0};
  bool scoped{false};
  std::vector<std::string> names{};
  /// As it was written, for the tag that closes a block.
  std::string original{};
  /// It stands first in a tag, where a literal names a member.
  bool first{false};
  std::vector<expression> arguments{};
  std::vector<std::pair<std::string, expression>> named{};
};

/// `~` at either side of a tag.
struct strip_flags {
  bool open{false};
  bool close{false};
};

struct node;

/// A sequence of nodes. `chained`: it is one block that came by `{{else x}}`.
struct sequence {
  std::vector<node> body{};
  bool chained{false};
};

struct node {
  enum class kind : std::uint8_t { content, output, block, partial, comment };

  kind is{kind::content};
  place at{};

  // content: what is left of it, and what was written
  std::string text{};
  std::string original{};
  bool left_stripped{false};
  bool right_stripped{false};

  // output, block, partial: a path, a call, a literal
  expression what{};
  bool escaped{true};
  strip_flags strip{};

  // block: either part may be missing
  std::optional<sequence> main{};
  std::optional<sequence> inverse{};
  std::vector<std::string> parameters{};
  strip_flags inverse_strip{};
  strip_flags close_strip{};

  // partial: what stands before each of its lines
  std::string indent{};
};

/// Reads a template of handlebars' language; throws `trouble`.
sequence parse_handlebars(std::string_view source);

/// Takes out the lines and spaces that tags of their own lines and `~` leave
/// behind, as handlebars does.
void control_whitespace(sequence& root);

}  // namespace carillon::rules::render
