#include "protocol/rules/render/document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace carillon::rules::render {

struct document::storage {
  explicit storage(std::size_t about) : memory(about) {}

  std::pmr::monotonic_buffer_resource memory;
  value root{};
};

namespace {

constexpr std::size_t max_levels = 64;

/// With more members than that a lookup goes by an index.
constexpr std::size_t few_members = 8;

/// The number of a name that JavaScript takes for an array index, which comes
/// before all others.
std::optional<std::uint32_t> index_name(std::string_view name) {
  std::uint32_t n = 0;
  const auto end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, n);
  if (read.ec != std::errc{} || read.ptr != end || (name[0] == '0' && name.size() > 1)
      || n == 0xFFFF'FFFF)
    return {};
  return n;
}

/// Builds the tree as the parser goes.
class reader {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit reader(std::pmr::memory_resource& memory) : memory_(memory) {}

  value root{};

  bool null() { return add(value::of_null()); }
  bool boolean(bool x) { return add(value::of(x)); }
  bool number_integer(number_integer_t x) { return add(value::of(std::int64_t{x})); }
  bool number_unsigned(number_unsigned_t x) {
    auto v = value::of(static_cast<std::int64_t>(x));
    if (x > static_cast<number_unsigned_t>(INT64_MAX))
      v.is = value::kind::natural;
    return add(v);
  }
  bool number_float(number_float_t x, const string_t&) { return add(value::of(x)); }
  bool string(string_t& x) { return add(value::of(keep(x))); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool key(string_t& x) {
    levels_.back().name = keep(x);
    return true;
  }
  bool end_object() { return close(object_of(levels_.back().members)); }
  bool end_array() { return close(array_of(levels_.back().items)); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

 private:
  struct level {
    bool object{false};
    std::string_view name{};
    std::vector<member> members{};
    std::vector<value> items{};
  };

  std::string_view keep(const std::string& x) {
    auto* to = static_cast<char*>(memory_.allocate(x.size() + 1, 1));
    std::ranges::copy(x, to);
    return {to, x.size()};
  }

  template <class T>
  T* room_for(std::size_t count) {
    return static_cast<T*>(
      memory_.allocate(std::max<std::size_t>(1, count) * sizeof(T), alignof(T)));
  }

  bool open(bool object) {
    if (levels_.size() == max_levels)
      return false;
    levels_.emplace_back().object = object;
    return true;
  }

  bool close(value made) {
    levels_.pop_back();
    return add(made);
  }

  bool add(value x) {
    if (levels_.empty())
      root = x;
    else if (levels_.back().object)
      levels_.back().members.push_back({levels_.back().name, x});
    else
      levels_.back().items.push_back(x);
    return true;
  }

  value array_of(const std::vector<value>& items) {
    auto* to = room_for<value>(items.size());
    std::uninitialized_copy(items.begin(), items.end(), to);
    value out;
    out.is = value::kind::array;
    out.size = items.size();
    out.items = to;
    return out;
  }

  value object_of(std::vector<member>& members) {
    drop_repeated(members);
    std::ranges::stable_sort(members, [](const member& a, const member& b) {
      const auto x = index_name(a.name);
      const auto y = index_name(b.name);
      return x && (!y || *x < *y);
    });
    auto* to = room_for<member>(members.size());
    std::uninitialized_copy(members.begin(), members.end(), to);
    auto* table = new (room_for<member_table>(1)) member_table{to, members.size(), nullptr};
    if (members.size() > few_members)
      table->by_name = index_of({to, members.size()});
    value out;
    out.is = value::kind::object;
    out.members = table;
    return out;
  }

  const std::uint32_t* index_of(std::span<const member> members) {
    auto* index = room_for<std::uint32_t>(members.size());
    std::iota(index, index + members.size(), 0U);
    std::ranges::sort(index, index + members.size(), {},
                      [&](std::uint32_t at) { return members[at].name; });
    return index;
  }

  /// Of members with one name the first place counts and the last value.
  static void drop_repeated(std::vector<member>& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t at) { return members[at].name; });
    std::vector<bool> gone(members.size());
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
      if (members[order[i]].name != members[order[first]].name) {
        first = i;
        continue;
      }
      members[order[first]].what = members[order[i]].what;
      gone[order[i]] = true;
    }
    std::vector<member> kept;
    kept.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i)
      if (!gone[i])
        kept.push_back(members[i]);
    members = std::move(kept);
  }

  std::pmr::memory_resource& memory_;
  std::vector<level> levels_;
};

}  // namespace

result<document> document::read(std::string_view json) {
  auto made = std::make_shared<storage>(json.size() * 2 + 256);
  reader in{made->memory};
  if (!nlohmann::json::sax_parse(json, &in))
    return error{errc::malformed, "the data is not JSON of at most 64 levels"};
  made->root = in.root;
  return document{std::move(made)};
}

const value& document::root() const noexcept {
  return what_->root;
}

}  // namespace carillon::rules::render
