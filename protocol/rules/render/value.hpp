#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::rules::render {

struct member;
struct member_table;

/// What a variable stands for: a JSON value or nothing at all. It views a
/// document, a program or a rendering's scratch space and is copied freely.
struct value {
  enum class kind : std::uint8_t {
    undefined,
    null,
    boolean,
    integer,
    natural,  ///< an integer over 2^63 - 1
    real,
    text,
    array,
    object,
  };

  kind is{kind::undefined};
  union {
    bool flag;
    std::int64_t integer;
    std::uint64_t natural;
    double real;
    /// Bytes of a text, elements of an array.
    std::size_t size{0};
  };
  union {
    const char* characters{nullptr};
    const value* items;
    const member_table* members;
  };

  static value of(bool x) {
    value v;
    v.is = kind::boolean;
    v.flag = x;
    return v;
  }
  static value of(std::int64_t x) {
    value v;
    v.is = kind::integer;
    v.integer = x;
    return v;
  }
  static value of(double x) {
    value v;
    v.is = kind::real;
    v.real = x;
    return v;
  }
  static value of(std::string_view x) {
    value v;
    v.is = kind::text;
    v.size = x.size();
    v.characters = x.data();
    return v;
  }
  static value of_null() {
    value v;
    v.is = kind::null;
    return v;
  }

  std::string_view text() const noexcept { return {characters, size}; }
  bool missing() const noexcept { return is == kind::undefined || is == kind::null; }
  bool number() const noexcept {
    return is == kind::integer || is == kind::natural || is == kind::real;
  }

  /// As a JavaScript number; 0 for anything but a number.
  double as_double() const noexcept;

  /// What `if` takes for no: nothing, false, 0, "" and an empty array.
  bool falsy() const noexcept;

  /// The same, but 0 counts as something.
  bool empty() const noexcept;

  /// A member, an element by its index, or a `length`; undefined where there is
  /// none.
  value at(std::string_view name) const noexcept;

  /// Both are one and the same: JavaScript's `===`.
  friend bool same(const value& a, const value& b) noexcept;
};

struct member {
  std::string_view name{};
  value what{};
};

/// An object's members in JavaScript's order: integer names first, rising, then
/// as written.
struct member_table {
  const member* first{nullptr};
  std::size_t count{0};
  /// Positions by name, where there are too many to look at each; else null.
  const std::uint32_t* by_name{nullptr};

  /// Looking a name up is no more work than one step of a rendering.
  bool quick() const noexcept { return by_name != nullptr || count < 16; }

  /// The member of that name; undefined where there is none.
  value find(std::string_view name) const noexcept {
    if (by_name != nullptr)
      return find_indexed(name);
    for (const auto* x = first; x != first + count; ++x)
      if (x->name == name)
        return x->what;
    return {};
  }

  /// The same by `by_name`, which must be there.
  value find_indexed(std::string_view name) const noexcept;
};

/// Appends a value as JavaScript's `String(x)` has it, but nothing for what is
/// missing, and integers to the last digit. Stops soon after `out` has `bound`
/// bytes.
void append_text(std::string& out, const value& x, std::size_t bound);

/// Appends a number as JavaScript prints it.
void append_number(std::string& out, double x);

}  // namespace carillon::rules::render
