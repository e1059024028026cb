#include "protocol/rules/render/helpers.hpp"

#include <algorithm>
#include <array>

namespace carillon::rules::render {

namespace {

value run_default(std::span<const value> x, helper_room&) {
  const bool nothing = x[0].missing() || (x[0].is == value::kind::text && x[0].size == 0);
  return nothing ? x[1] : x[0];
}

value run_eq(std::span<const value> x, helper_room&) {
  return value::of(same(x[0], x[1]));
}

value run_lookup(std::span<const value> x, helper_room& room) {
  if (x[0].is != value::kind::array && x[0].falsy())
    return x[0];
  if (x[1].is == value::kind::text)
    return x[0].at(x[1].text());
  std::string name;
  append_text(name, x[1], 64);
  return x[0].at(room.keep(std::move(name)).text());
}

value run_uppercase(std::span<const value> x, helper_room& room) {
  if (x[0].missing())
    return x[0];
  std::string text;
  append_text(text, x[0], 64 << 10);
  return room.keep(upper_case(text));
}

constexpr std::array all_helpers{
  helper{"default", 2, 2, 1, false, run_default},
  helper{"eq", 2, 2, 1, true, run_eq},
  helper{"formatCurrency", 2, 2, 10, false, format_currency},
  helper{"formatDate", 2, 3, 20, false, format_date},
  helper{"lookup", 2, 2, 1, false, run_lookup},
  helper{"uppercase", 1, 1, 1, false, run_uppercase},
};

}  // namespace

const helper* find_helper(std::string_view name) {
  const auto found = std::ranges::find(all_helpers, name, &helper::name);
  return found == all_helpers.end() ? nullptr : &*found;
}

}  // namespace carillon::rules::render
