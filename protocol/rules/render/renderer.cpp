#include "protocol/rules/render/code.hpp"
#include "protocol/rules/render/expressions.hpp"
#include "protocol/rules/render/program.hpp"
#include "protocol/rules/render/spaces.hpp"
#include "protocol/rules/render/writer.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace carillon::rules::render {

namespace {

/// What a block entered: a value, or the elements of one in turn.
struct frame {
  value context{};
  /// The elements; undefined where `context` is the value itself.
  value list{};
  std::size_t index{0};
  /// The context counts for `../`: it is another one than that around it.
  bool deeper{false};

  bool loops() const noexcept { return list.is != value::kind::undefined; }
  std::size_t count() const noexcept {
    return list.is == value::kind::array ? list.size : list.members->count;
  }
  value element() const noexcept {
    return list.is == value::kind::array ? list.items[index] : list.members->first[index].what;
  }
  value key() const noexcept {
    return list.is == value::kind::array ? value::of(static_cast<std::int64_t>(index))
                                         : value::of(list.members->first[index].name);
  }
};

/// A text, a number, true or false as JavaScript's `Number(x)` has it.
double loose_number(const value& x) {
  if (x.number())
    return x.as_double();
  if (x.is == value::kind::boolean)
    return x.flag ? 1 : 0;
  auto text = x.text();
  text.remove_prefix(leading_spaces(text));
  text.remove_suffix(trailing_spaces(text));
  double out = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return text.empty() || (read.ec == std::errc{} && read.ptr == end)
           ? out
           : std::numeric_limits<double>::quiet_NaN();
}

/// JavaScript's `==`, by which handlebars tells whether a block entered anything.
bool loosely_same(const value& a, const value& b) {
  if (a.missing() || b.missing())
    return a.missing() && b.missing();
  if (a.is == b.is)
    return same(a, b);
  const bool a_holds = a.is == value::kind::array || a.is == value::kind::object;
  const bool b_holds = b.is == value::kind::array || b.is == value::kind::object;
  if (!a_holds && !b_holds)
    return loose_number(a) == loose_number(b);
  if (a_holds && b_holds)
    return false;
  std::string text;
  append_text(text, a_holds ? a : b, 64);
  return loosely_same(value::of(std::string_view{text}), a_holds ? b : a);
}

class renderer final : public helper_room {
 public:
  renderer(std::string& out, const value& root, const filling& how)
      : how_(how), root_(root), out_(out, max_output, how.html) {
    // Made where it stays: a copy would read in whole words what was just written in parts, and
    // wait for that longer than a variable takes.
    auto& outermost = frames_.emplace_back();
    outermost.context = root;
    outermost.deeper = true;
    depths_.push_back(root);
  }

  void run(const code& what, std::size_t depth);

  value keep(std::string text) override {
    count(text.size() / 64);
    return value::of(std::string_view{room().texts.emplace_back(std::move(text))});
  }
  const date::time_zone* zone() const override { return how_.zone; }

  place at() const noexcept { return at_; }

 private:
  /// What the rendering makes on its way; most make nothing.
  struct scratch {
    std::deque<std::string> texts;
    std::deque<std::vector<member>> members;
    std::deque<member_table> tables;
  };

  scratch& room() {
    if (!scratch_)
      scratch_ = std::make_unique<scratch>();
    return *scratch_;
  }

  [[noreturn]] void fail(std::string_view message) const {
    throw trouble{at_, std::string{message}};
  }

  void count(std::size_t steps) {
    if (steps > left_)
      fail("filling it takes more than 100,000 steps");
    left_ -= steps;
  }

  /// What a term stands for.
  value find(const code& in, const term& what) {
    if (const auto& here = frames_.back().context;
        what.is == term::kind::member && here.is == value::kind::object && here.members->quick())
      return here.members->find(in.names[what.names.first]);
    return follow(in, what);
  }

  // What is rarer stays out of `find` and `run`: within, it takes registers from them that they
  // save and reload at every step, a tenth of a short template's time.
  [[gnu::noinline]] value follow(const code& in, const term& what);
  [[gnu::noinline]] void include(const code& in, const step& by, std::size_t depth);
  value start_of(const term& what, std::string_view first, std::uint32_t& from) const;
  value data_of(std::string_view name, std::uint32_t up) const;
  value around(std::string_view name);
  value call(const code& in, const term& what);
  std::size_t enter(const step& by, const value& what, std::size_t next);
  void push(value context, value list);
  void pop();
  void set_context(frame& of);
  value with_members(const value& context, const code& in, extent named);

  const filling& how_;
  value root_;
  writer out_;
  std::size_t left_{max_steps};
  place at_{};
  /// Where the frames of the running program begin.
  std::size_t base_{1};
  boost::container::small_vector<frame, 8> frames_;
  boost::container::small_vector<value, 8> depths_;
  std::unique_ptr<scratch> scratch_;
};

void renderer::run(const code& what, std::size_t depth) {
  const std::span<const step> steps{what.steps};
  for (std::size_t at = 0; at < steps.size();) {
    const auto& by = steps[at++];
    at_ = by.at;
    count(1);
    switch (by.is) {
      case step::kind::text:
        out_.text({what.texts.data() + by.piece.first, by.piece.count});
        break;
      case step::kind::output:
        out_.put(find(what, what.terms[by.term]), by.flag);
        break;
      case step::kind::test: {
        const auto x = find(what, what.terms[by.term]);
        const bool zero_counts = by.extra > 0 && !find(what, what.terms[by.extra - 1]).falsy();
        if ((zero_counts ? x.empty() : x.falsy()) != by.flag)
          at = by.target;
        break;
      }
      case step::kind::section:
      case step::kind::each:
      case step::kind::with:
        at = enter(by, find(what, what.terms[by.term]), at);
        break;
      case step::kind::again:
        if (auto& last = frames_.back(); last.loops() && last.index + 1 < last.count()) {
          ++last.index;
          set_context(last);
          at = by.target;
        } else {
          pop();
        }
        break;
      case step::kind::jump:
        at = by.target;
        break;
      case step::kind::partial:
        include(what, by, depth);
        break;
    }
    if (out_.full())
      fail("the text is longer than 256 KiB");
  }
}

/// Enters a block's value, or goes on where there is nothing to enter.
std::size_t renderer::enter(const step& by, const value& what, std::size_t next) {
  const bool array = what.is == value::kind::array;
  const bool object = what.is == value::kind::object;
  if (by.is == step::kind::with && !what.empty()) {
    push(what, {});
    return next;
  }
  if (by.is == step::kind::section && !array && !what.missing()
      && (what.is != value::kind::boolean || what.flag)) {
    // `true` says no more than yes: what is around stays the context.
    push(what.is == value::kind::boolean ? frames_.back().context : what, {});
    return next;
  }
  const bool list = array || (object && by.is == step::kind::each);
  if (by.is == step::kind::with || !list || (array ? what.size : what.members->count) == 0)
    return by.target;
  push({}, what);
  return next;
}

void renderer::push(value context, value list) {
  auto& made = frames_.emplace_back(frame{context, list, 0, false});
  set_context(made);
}

/// Makes a frame's value or element the context.
void renderer::set_context(frame& of) {
  if (of.loops())
    of.context = of.element();
  if (of.deeper)
    depths_.pop_back();
  of.deeper = !loosely_same(of.context, depths_.back());
  if (of.deeper)
    depths_.push_back(of.context);
}

void renderer::pop() {
  if (frames_.back().deeper)
    depths_.pop_back();
  frames_.pop_back();
}

value renderer::follow(const code& in, const term& what) {
  if (what.is == term::kind::literal)
    return what.literal;
  if (what.is == term::kind::call)
    return call(in, what);
  const auto* names = in.names.data() + what.names.first;
  std::uint32_t from = 0;
  if (what.names.count > 1)
    count(what.names.count);
  auto x = start_of(what, what.names.count > 0 ? names[0] : std::string_view{}, from);
  if (what.around) {
    x = around(names[0]);
    from = 1;
  }
  // Behind `@` a path ends at the first thing that counts for nothing, and is
  // that.
  const bool data = what.is == term::kind::data;
  for (auto i = from; i < what.names.count && !x.missing(); ++i) {
    if (data && x.is != value::kind::array && x.falsy())
      return x;
    if (x.is == value::kind::object && !x.members->quick())
      count(x.members->count / 16);
    x = x.at(names[i]);
  }
  return x;
}

/// What a path starts from; `from` is its first name that is still to be looked
/// up.
value renderer::start_of(const term& what, std::string_view first, std::uint32_t& from) const {
  switch (what.is) {
    case term::kind::data:
      from = 1;
      return data_of(first, what.up);
    case term::kind::parameter: {
      const auto& of = frames_[base_ + what.up];
      if (what.parameter == 0)
        return of.context;
      return what.parameter == 1 && of.loops() ? of.key() : value{};
    }
    default:
      if (what.up == 0)
        return frames_.back().context;
      return what.up < depths_.size() ? depths_[depths_.size() - 1 - what.up] : value{};
  }
}

value renderer::data_of(std::string_view name, std::uint32_t up) const {
  if (name == "root")
    return root_;
  for (auto i = frames_.size(); i-- > 0;) {
    const auto& x = frames_[i];
    if (!x.loops() || up-- > 0)
      continue;
    if (name == "index")
      return value::of(static_cast<std::int64_t>(x.index));
    if (name == "key")
      return x.key();
    if (name == "first")
      return value::of(x.index == 0);
    return name == "last" ? value::of(x.index + 1 == x.count()) : value{};
  }
  return {};
}

/// The member of that name of the innermost context that has one.
value renderer::around(std::string_view name) {
  for (auto i = depths_.size(); i-- > 0;) {
    count(1);
    if (const auto x = depths_[i].at(name); !x.missing())
      return x;
  }
  return {};
}

value renderer::call(const code& in, const term& what) {
  constexpr std::size_t most = 3;
  std::array<value, most> given;
  count(what.what->cost);
  for (std::size_t i = 0; i < what.arguments.count; ++i) {
    given[i] = find(in, in.terms[in.arguments[what.arguments.first + i]]);
    if (given[i].is == value::kind::text || given[i].is == value::kind::array)
      count(given[i].size / 64);
  }
  return what.what->run({given.data(), what.arguments.count}, *this);
}

/// The context with members put over it.
value renderer::with_members(const value& context, const code& in, extent named) {
  auto& members = room().members.emplace_back();
  if (context.is == value::kind::object) {
    count(context.members->count);
    members.assign(context.members->first, context.members->first + context.members->count);
  }
  for (std::uint32_t i = 0; i < named.count; ++i) {
    const auto& given = in.named[named.first + i];
    const auto x = find(in, in.terms[given.term]);
    const auto there = std::ranges::find(members, given.name, &member::name);
    if (there == members.end())
      members.push_back({given.name, x});
    else
      there->what = x;
  }
  value out;
  out.is = value::kind::object;
  out.members = &room().tables.emplace_back(member_table{members.data(), members.size(), nullptr});
  return out;
}

void renderer::include(const code& in, const step& by, std::size_t depth) {
  const auto name = find(in, in.terms[by.term]);
  if (depth >= max_depth)
    fail("partials are nested more than 32 deep");
  const auto* found = how_.partials == nullptr || name.is != value::kind::text
                        ? nullptr
                        : how_.partials->find(name.text());
  if (found == nullptr) {
    std::string shown;
    append_text(shown, name, 64);
    fail("there is no template " + shown + " to put in here");
  }
  auto context = by.extra > 0 ? find(in, in.terms[by.extra - 1]) : frames_.back().context;
  if (by.piece.count > 0)
    context = with_members(context, in, by.piece);
  auto indent = out_.indent_more({in.texts.data() + by.indent.first, by.indent.count});
  push(context, {});
  const auto base = std::exchange(base_, frames_.size());
  run(found->steps(), depth + 1);
  base_ = base;
  pop();
  out_.indent_again(std::move(indent));
}

}  // namespace

std::optional<diagnosis> fill(std::string& out, const program& what, const value& data,
                              const filling& how) {
  // Most renderings are little longer than what stands in the template.
  const auto about = what.steps().texts.size() * 3 / 2;
  out.reserve(out.size() + about);
  try {
    renderer{out, data, how}.run(what.steps(), 0);
    return {};
  } catch (const trouble& why) {
    return why.what;
  }
}

std::string to_string(const diagnosis& x) {
  return "line " + std::to_string(x.at.line) + ", column " + std::to_string(x.at.column) + ": "
         + x.message;
}

}  // namespace carillon::rules::render
