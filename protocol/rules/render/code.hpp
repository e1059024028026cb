#pragma once

#include "protocol/rules/render/diagnosis.hpp"
#include "protocol/rules/render/helpers.hpp"
#include "protocol/rules/render/value.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::rules::render {

/// Where a run of elements of another list begins and how many they are.
struct extent {
  std::uint32_t first{0};
  std::uint32_t count{0};
};

/// How a value is found.
struct term {
  enum class kind : std::uint8_t {
    member,     ///< one name from the context: what most variables are
    context,    ///< names from the context, `up` contexts further out
    data,       ///< `@name`, `up` loops further out
    parameter,  ///< a parameter of the `up`-th frame of this program
    literal,
    call,
  };

  kind is{kind::context};
  /// Names not found in the context are looked for around it.
  bool around{false};
  std::uint32_t up{0};
  extent names{};
  /// Which parameter: 0 the value, 1 its key.
  std::uint32_t parameter{0};
  value literal{};
  const helper* what{nullptr};
  extent arguments{};
};

/// One step of a program.
struct step {
  enum class kind : std::uint8_t {
    text,     ///< writes a piece of `texts`
    output,   ///< writes a term, escaped where `flag` says so
    test,     ///< goes on if the term is something; `flag`: if it is nothing
    section,  ///< enters the term: an array's elements, or the value itself
    each,     ///< enters an array's elements or an object's members
    with,     ///< enters the term
    again,    ///< enters the next element, or leaves
    jump,
    partial,  ///< runs another program
  };

  kind is{kind::text};
  bool flag{false};
  std::uint32_t term{0};
  /// Where to go on otherwise; for `again` where the block begins.
  std::uint32_t target{0};
  /// text: the piece. partial: its named arguments, in `named`.
  extent piece{};
  /// partial: what stands before each line, in `texts`; test: whether 0 is
  /// something, a term + 1.
  extent indent{};
  std::uint32_t extra{0};
  place at{};
};

struct named_term {
  std::string_view name{};
  std::uint32_t term{0};
};

/// A compiled template. What it views is its own.
struct code {
  std::vector<step> steps{};
  std::vector<term> terms{};
  std::vector<std::uint32_t> arguments{};
  std::vector<std::string_view> names{};
  std::vector<named_term> named{};
  std::string texts{};
  std::deque<std::string> kept{};
};

}  // namespace carillon::rules::render
