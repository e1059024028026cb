#include "protocol/rules/render/code.hpp"
#include "protocol/rules/render/expressions.hpp"
#include "protocol/rules/render/plain.hpp"
#include "protocol/rules/render/program.hpp"
#include "protocol/rules/render/tree.hpp"

#include <cmath>
#include <utility>

namespace carillon::rules::render {

namespace {

std::uint32_t size_of(const auto& list) {
  return static_cast<std::uint32_t>(list.size());
}

/// A block that enters something, with the names it gives to it.
struct scope {
  const std::vector<std::string>* parameters{nullptr};
};

class compiler {
 public:
  explicit compiler(bool compat) : compat_(compat) {}

  void add(const std::vector<node>& nodes) {
    for (const auto& x : nodes)
      add(x);
  }

  code take() { return std::move(out_); }

 private:
  void add(const node& x) {
    switch (x.is) {
      case node::kind::content:
        return add_text(x);
      case node::kind::output:
        return add_output(x);
      case node::kind::block:
        return add_block(x);
      case node::kind::partial:
        return add_partial(x);
      case node::kind::comment:
        return;
    }
  }

  step& emit(step::kind is, place at) {
    auto& made = out_.steps.emplace_back();
    made.is = is;
    made.at = at;
    return made;
  }

  extent keep_text(std::string_view text) {
    const extent piece{size_of(out_.texts), size_of(text)};
    out_.texts += text;
    return piece;
  }

  void add_text(const node& x) {
    if (x.text.empty())
      return;
    const auto piece = keep_text(x.text);
    emit(step::kind::text, x.at).piece = piece;
  }

  void add_output(const node& x) {
    const auto what = term_of(x.what);
    auto& made = emit(step::kind::output, x.at);
    made.term = what;
    made.flag = x.escaped;
  }

  // -- blocks
  // -----------------------------------------------------------------------------------

  void add_block(const node& x) {
    const auto& name = x.what.text;
    const bool bare = x.what.arguments.empty() && x.what.named.empty();
    const bool plain = x.what.is == expression::kind::path && x.what.names.size() == 1
                       && !x.what.scoped && !x.what.data;
    if (plain && (name == "if" || name == "unless"))
      return add_test(x, one_argument(x), name == "unless");
    if (plain && (name == "each" || name == "with"))
      return add_entry(x, name == "each" ? step::kind::each : step::kind::with,
                       term_of(one_argument(x)));
    if (bare && !plain_call(x.what))
      return add_entry(x, step::kind::section, term_of(x.what));
    const auto* known = find_helper(name);
    if (known != nullptr && !known->asks)
      throw trouble{x.at, name + " cannot open a block"};
    add_test(x, x.what, false);
  }

  static bool plain_call(const expression& x) { return x.is == expression::kind::call; }

  static const expression& one_argument(const node& x) {
    if (x.what.arguments.size() != 1)
      throw trouble{x.at, x.what.text + " takes exactly one argument"};
    return x.what.arguments.front();
  }

  void add_test(const node& x, const expression& what, bool negated) {
    const auto asked = term_of(what);
    std::uint32_t zero = 0;
    for (const auto& [name, given] : x.what.named)
      if (name == "includeZero")
        zero = term_of(given) + 1;
    const auto begin = size_of(out_.steps);
    auto& test = emit(step::kind::test, x.at);
    test.term = asked;
    test.flag = negated;
    test.extra = zero;
    if (x.main)
      add(x.main->body);
    finish(begin, x);
  }

  void add_entry(const node& x, step::kind is, std::uint32_t what) {
    const auto begin = size_of(out_.steps);
    emit(is, x.at).term = what;
    scopes_.push_back({&x.parameters});
    if (x.main)
      add(x.main->body);
    scopes_.pop_back();
    emit(step::kind::again, x.at).target = begin + 1;
    finish(begin, x);
  }

  /// Adds the part for otherwise and tells the block's first step where it is.
  void finish(std::uint32_t begin, const node& x) {
    if (!x.inverse) {
      out_.steps[begin].target = size_of(out_.steps);
      return;
    }
    const auto over = size_of(out_.steps);
    emit(step::kind::jump, x.at);
    out_.steps[begin].target = size_of(out_.steps);
    add(x.inverse->body);
    out_.steps[over].target = size_of(out_.steps);
  }

  void add_partial(const node& x) {
    if (x.what.arguments.size() > 1)
      throw trouble{x.at, "a partial takes one context at most"};
    const auto name = x.what.is == expression::kind::call ? term_of(x.what) : literal(x.what.text);
    const auto context = x.what.arguments.empty() ? 0 : term_of(x.what.arguments.front()) + 1;
    std::vector<named_term> named;
    for (const auto& [key, given] : x.what.named)
      named.push_back({keep(key), term_of(given)});
    const auto indent = keep_text(x.indent);
    auto& made = emit(step::kind::partial, x.at);
    made.term = name;
    made.extra = context;
    made.indent = indent;
    made.piece = {size_of(out_.named), size_of(named)};
    out_.named.insert(out_.named.end(), named.begin(), named.end());
  }

  // -- terms
  // ------------------------------------------------------------------------------------

  std::string_view keep(std::string_view text) { return out_.kept.emplace_back(text); }

  std::uint32_t add_term(const term& x) {
    out_.terms.push_back(x);
    return size_of(out_.terms) - 1;
  }

  std::uint32_t literal(value x) {
    term made;
    made.is = term::kind::literal;
    made.literal = x;
    return add_term(made);
  }

  std::uint32_t literal(std::string_view text) { return literal(value::of(keep(text))); }

  /// What stands in a tag or as an argument: a call where it has arguments,
  /// else a value.
  std::uint32_t term_of(const expression& x) {
    if (x.is == expression::kind::call || !x.arguments.empty() || !x.named.empty())
      return call_of(x);
    if (x.first && x.is != expression::kind::path)
      return name_of(x);
    switch (x.is) {
      case expression::kind::text:
        return literal(x.text);
      case expression::kind::number:
        return literal(number_of(x.number));
      case expression::kind::boolean:
        return literal(value::of(x.flag));
      case expression::kind::null:
        return literal(value::of_null());
      case expression::kind::undefined:
        return literal(value{});
      default:
        return path_of(x);
    }
  }

  static value number_of(double x) {
    constexpr double exact = 9007199254740992.0;
    return x == std::floor(x) && std::abs(x) <= exact ? value::of(static_cast<std::int64_t>(x))
                                                      : value::of(x);
  }

  std::uint32_t name_of(const expression& x) {
    term made;
    made.is = term::kind::member;
    made.names = {size_of(out_.names), 1};
    out_.names.push_back(keep(x.original));
    return add_term(made);
  }

  std::uint32_t call_of(const expression& x) {
    const auto* known = find_helper(x.text);
    if (known == nullptr || x.data || x.scoped)
      throw trouble{x.at, "there is no helper " + x.text};
    if (x.arguments.size() < known->least || x.arguments.size() > known->most)
      throw trouble{
        x.at, x.text + " takes " + std::to_string(known->least)
                + (known->most > known->least ? " to " + std::to_string(known->most) + " arguments"
                   : known->least == 1        ? " argument"
                                              : " arguments")};
    std::vector<std::uint32_t> arguments;
    for (const auto& given : x.arguments)
      arguments.push_back(term_of(given));
    term made;
    made.is = term::kind::call;
    made.what = known;
    made.arguments = {size_of(out_.arguments), size_of(arguments)};
    out_.arguments.insert(out_.arguments.end(), arguments.begin(), arguments.end());
    return add_term(made);
  }

  std::uint32_t path_of(const expression& x) {
    term made;
    made.up = x.up;
    std::size_t from = 0;
    if (x.data) {
      made.is = term::kind::data;
    } else if (!x.scoped && !x.names.empty()) {
      if (find_parameter(x.names.front(), made))
        from = 1;
      else
        made.around = compat_;
    }
    made.names = {size_of(out_.names), size_of(x.names) - static_cast<std::uint32_t>(from)};
    for (auto i = from; i < x.names.size(); ++i)
      out_.names.push_back(keep(x.names[i]));
    if (made.is == term::kind::context && made.names.count == 1 && made.up == 0 && !made.around)
      made.is = term::kind::member;
    return add_term(made);
  }

  /// The innermost block that names a parameter so.
  bool find_parameter(const std::string& name, term& to) const {
    for (auto i = scopes_.size(); i-- > 0;) {
      const auto& names = *scopes_[i].parameters;
      for (std::size_t n = 0; n < names.size(); ++n)
        if (names[n] == name) {
          to.is = term::kind::parameter;
          to.up = static_cast<std::uint32_t>(i);
          to.parameter = static_cast<std::uint32_t>(n);
          return true;
        }
    }
    return false;
  }

  bool compat_;
  code out_;
  std::vector<scope> scopes_;
};

}  // namespace

boost::system::result<program, diagnosis> compile(std::string_view source, const compiling& how) {
  if (source.size() > max_source)
    return diagnosis{{}, "the template is longer than 64 KiB"};
  try {
    sequence root = how.syntax == template_syntax::handlebars ? parse_handlebars(source)
                                                              : parse_plain(source, how.syntax);
    if (how.syntax == template_syntax::handlebars)
      control_whitespace(root);
    compiler made{how.compat};
    made.add(root.body);
    return program{std::make_shared<const code>(made.take())};
  } catch (const trouble& why) {
    return why.what;
  }
}

}  // namespace carillon::rules::render
